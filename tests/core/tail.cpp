// SPDX-License-Identifier: MIT
#include "eigentrain/core/tail.hpp"

#include <cstdint>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

TEMPLATE_TEST_CASE("a short run is padded with its last value, whatever lies behind it", "", float,
                   double) {
  using S = TestType;
  constexpr auto room = et::detail::padded_size<S>;
  STATIC_REQUIRE(room * sizeof(S) == 64);
  for (Eigen::Index count = 1; count < room; ++count) {
    std::vector<S> source(static_cast<std::size_t>(count));  // so that ASan sees a read beyond
    for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<S>(i + 1);
    S padded[room];
    CHECK(et::detail::pad(padded, source.data(), count) == padded);
    for (Eigen::Index i = 0; i < room; ++i) {
      CHECK(padded[i] == static_cast<S>(std::min(i + 1, count)));
    }
  }
}

TEMPLATE_TEST_CASE("the head ends where a register is aligned, in runs that are worth it", "",
                   float, double) {
  using S = TestType;
  constexpr int lanes = 16 / sizeof(S);
  std::vector<S> values(200);
  for (std::size_t place = 0; place < 20; ++place) {
    const S* first = values.data() + place;
    CHECK(et::detail::head_size(first, 48 * lanes - 1, lanes) == 0);
    const auto head = et::detail::head_size(first, 48 * lanes, lanes);
    CHECK(head < lanes);
    CHECK(reinterpret_cast<std::uintptr_t>(first + head) % 16 == 0);
  }
}
