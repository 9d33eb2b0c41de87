// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/constant.hpp"

#include <limits>
#include <stdexcept>

#include "support/catch.hpp"

using eigentrain::constant;

TEST_CASE("constant stays", "[schedule]") {
  for (const double rate : {0.0, 1e-300, 1e-3, 0.1, 1.0, 1e300}) {
    const auto schedule = constant(rate);
    for (std::int64_t step = 0; step < 100; ++step) CHECK(schedule(step) == rate);
    CHECK(schedule(std::int64_t{1} << 62) == rate);
    CHECK(schedule(std::numeric_limits<std::int64_t>::max()) == rate);
  }
}

TEST_CASE("constant refuses what is no rate", "[schedule]") {
  CHECK_THROWS_WITH(constant(-0.5), "constant: rate must be in [0, inf), got -0.5");
  CHECK_THROWS_AS(constant(std::numeric_limits<double>::infinity()), std::invalid_argument);
  CHECK_THROWS_AS(constant(std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
  CHECK_THROWS_WITH(constant(0.5)(-1), "constant: step must be at least 0, got -1");
}
