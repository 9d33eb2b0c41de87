// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/set_gradients.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;

TEST_CASE("one set's gradients, by what was kept and made again") {
  const double x[] = {1, 2, 6}, kept[] = {-1, -0.5, 1.5}, dy[] = {1, 2, 4};
  const double mean = 3, rest = 0, half = 0.5, dy_mean = 2, product_mean = 1, scale = 2;
  double result[3], again[3];
  const auto pass = [&](auto batch, double* to) {
    et::detail::set_input_gradient<et::detail::Weight::none, double>(
        {1, 1, 3, false}, {dy, 3, 0}, {to, 3, 0}, batch, nullptr,
        {&dy_mean, &product_mean, &scale});
  };
  pass(et::detail::NormalizedBatch<double, false>{{kept, 3, 0}}, result);
  pass(et::detail::NormalizedBatch<double, true>{{x, 3, 0}, {&mean, &rest, &half}}, again);
  CHECK(result[0] == 0);
  CHECK(result[2] == 1);  // 2·(4 − 2 − 1.5)
  for (int i = 0; i < 3; ++i) CHECK(again[i] == result[i]);
}

TEST_CASE("gradients that are stored past the caches are the same, wherever lines begin") {
  constexpr et::Index length = 150;
  const std::vector<float> dy(length, 4.0f), kept(length, 1.5f);
  const float dy_mean = 2, product_mean = 1, scale = 2;
  alignas(64) float result[length + 17];
  et::test::at_every_level([&] {
    for (et::Index offset = 0; offset < 16; ++offset) {
      for (float& value : result) value = -9;
      et::detail::set_input_gradient<et::detail::Weight::none, float>(
          {1, 1, length, false, true}, {dy.data(), length, 0}, {result + offset, length, 0},
          et::detail::NormalizedBatch<float, false>{{kept.data(), length, 0}}, nullptr,
          {&dy_mean, &product_mean, &scale});
      bool same = true;
      for (et::Index i = 0; i < length; ++i) same &= result[offset + i] == 1;  // 2·(4 − 2 − 1.5)
      CHECK(same);
      CHECK(result[offset + length] == -9);
      CHECK((offset == 0 || result[offset - 1] == -9));
    }
  });
}
