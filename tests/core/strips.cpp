// SPDX-License-Identifier: MIT
#include "eigentrain/core/strips.hpp"

#include <algorithm>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

/// How many strips there are of n floats that stand `place` values behind a cache line, where all
/// of them become what they were and 1. Fewer than 16 are copied.
int strips_of(std::size_t place, et::Index n, et::Index width, bool writes) {
  std::vector<float> memory(static_cast<std::size_t>(n) + 64, 0.0f), m(memory.size(), 0.0f);
  std::vector<float> gradient(memory.size());
  for (std::size_t i = 0; i < memory.size(); ++i) {
    memory[i] = static_cast<float>(i);
    gradient[i] = memory[i] - 5.0f;
  }
  const auto to_line = reinterpret_cast<std::uintptr_t>(memory.data()) / 4 % 16;
  const std::size_t at = 32 - to_line + place;
  const et::detail::Strips<float, 1> strips(memory.data() + at, gradient.data() + at,
                                            {m.data() + at}, n, width);
  int count = 0;
  for (const et::detail::Strip<float, 1>& strip : strips) {
    ++count;
    CHECK(strip.size % width == 0);
    if (n >= 16) {
      CHECK(strip.gradient - gradient.data() == strip.from[0] - memory.data());
      CHECK(strip.from[1] - m.data() == strip.from[0] - memory.data());
    }
    bool beside = true;
    for (et::Index i = 0; i < std::min<et::Index>(n, strip.size); ++i) {
      beside &= strip.gradient[i] == strip.from[0][i] - 5.0f;
    }
    CHECK(beside);
    for (et::Index i = 0; i < strip.size; ++i) {
      for (int k = writes ? 0 : 1; k < 2; ++k) strip.to[k][i] = strip.from[k][i] + 1.0f;
    }
  }
  strips.put_back(writes);
  for (std::size_t i = 0; i < memory.size(); ++i) {
    const float added = i >= at && i < at + static_cast<std::size_t>(n) ? 1.0f : 0.0f;
    const float before = static_cast<float>(i);
    if (memory[i] != before + (writes ? added : 0.0f) || m[i] != added) FAIL_CHECK("element " << i);
  }
  return count;
}

}  // namespace

TEST_CASE("a run is one strip, and one more for each end") {
  CHECK(strips_of(0, 1024, 16, true) == 1);
  CHECK(strips_of(0, 1000, 16, true) == 2);
  CHECK(strips_of(4, 1024, 16, true) == 3);
  CHECK(strips_of(4, 1020, 16, true) == 2);
  CHECK(strips_of(4, 1020, 8, false) == 2);
  CHECK(strips_of(8, 1024, 8, true) == 1);
  CHECK(strips_of(4, 64, 16, true) == 1);  // too few to be aligned
  CHECK(strips_of(4, 16, 16, false) == 1);
  CHECK(strips_of(0, 17, 16, false) == 2);
  CHECK(strips_of(4, 15, 16, true) == 1);
  CHECK(strips_of(0, 1, 4, false) == 1);
}

TEST_CASE("every element is in a strip, and becomes what it is there, once") {
  for (et::Index n = 0; n < 900; n = n < 40 ? n + 1 : n + 61) {
    for (std::size_t place = 0; place < 16; ++place) {
      for (const et::Index width : {4, 8, 16}) strips_of(place, n, width, n % 2 == 0);
    }
  }
}
