// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/set_elements.hpp"

#include <algorithm>
#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;

TEST_CASE("one set is normalized by its values") {
  const double x[] = {1, 2, 6}, gamma = 2, beta = 1;
  double y[3], kept[3], mean = 3, rest = 0, scale = 0.5;
  et::detail::set_normalize<et::detail::Weight::set, double>(
      {1, 1, 3, false}, {x, 3, 0}, {y, 3, 0}, {kept, 3, 0}, {&mean, &rest, &scale}, &gamma, &beta);
  CHECK(kept[2] == 1.5);
  CHECK(y[2] == 4);
}

TEST_CASE("what is stored past the caches is the same, wherever lines begin") {
  constexpr et::Index length = 150;
  std::vector<float> x(length);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7);
  const float mean = 3, rest = 0.25f, scale = 0.5f, gamma = 3, beta = 1;
  alignas(64) float y[length + 17], kept[length + 17];
  et::test::at_every_level([&] {
    for (et::Index offset = 0; offset < 16; ++offset) {
      std::fill(y, y + length + 17, -9.0f);
      std::fill(kept, kept + length + 17, -9.0f);
      et::detail::set_normalize<et::detail::Weight::set, float>(
          {1, 1, length, false, true}, {x.data(), length, 0}, {y + offset, length, 0},
          {kept + offset, length, 0}, {&mean, &rest, &scale}, &gamma, &beta);
      bool same = true;
      for (et::Index i = 0; i < length; ++i) {
        const float normalized = (x[static_cast<std::size_t>(i)] - 3.25f) * 0.5f;
        same &= kept[offset + i] == normalized && y[offset + i] == 3 * normalized + 1;
      }
      CHECK(same);
      for (const float* memory : {y, kept}) {
        CHECK(memory[offset + length] == -9.0f);
        CHECK((offset == 0 || memory[offset - 1] == -9.0f));
      }
    }
  });
}
