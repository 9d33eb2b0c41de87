// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/boundaries.hpp"

#include <stdexcept>

#include "schedule/oracle.hpp"
#include "support/catch.hpp"

using eigentrain::detail::count_reached;
using eigentrain::detail::require_rates;
using eigentrain::detail::require_rising;
using namespace eigentrain::test;

TEST_CASE("boundaries are counted as a linear search counts them", "[schedule]") {
  for (std::int64_t count = 0; count < 20; ++count) {
    std::vector<std::int64_t> steps;
    for (std::int64_t k = 0; k < count; ++k) steps.push_back(1 + k * k);
    for (std::int64_t step = 0; step < 400; ++step) {
      std::size_t expected = 0;
      for (const std::int64_t boundary : steps) expected += boundary <= step ? 1 : 0;
      REQUIRE(count_reached(steps, step) == expected);
    }
  }
}

TEST_CASE("boundaries must rise and rates must be rates", "[schedule]") {
  require_rising(1, {}, "x", "b");
  require_rising(1, {1, 2, 5, far_away, std::numeric_limits<std::int64_t>::max()}, "x", "b");
  require_rising(0, {0}, "x", "b");
  CHECK_THROWS_WITH(require_rising(1, {0, 2}, "x", "b"),
                    "x: b must rise from 1 on, but number 1 is 0");
  CHECK_THROWS_WITH(require_rising(1, {3, 5, 5}, "x", "b"),
                    "x: b must rise from 1 on, but number 3 is 5, after 5");
  CHECK_THROWS_WITH(require_rising(1, {3, -5}, "x", "b"),
                    "x: b must rise from 1 on, but number 2 is -5, after 3");
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_AS(require_rising(1, {most, most}, "x", "b"), std::invalid_argument);
  require_rates({0.0, 1.0}, "x", "v");
  for (const double bad : {-1.0, not_a_number, infinity}) {
    CHECK_THROWS_AS(require_rates({0.0, bad}, "x", "v"), std::invalid_argument);
  }
}
