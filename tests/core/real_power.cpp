// SPDX-License-Identifier: MIT
#include "eigentrain/core/real_power.hpp"

#include <cmath>
#include <limits>

#include "schedule/oracle.hpp"
#include "support/catch.hpp"

using eigentrain::Exact;
using eigentrain::real_power;
using namespace eigentrain::test;

TEST_CASE("a real power is libm's to a few units", "[core]") {
  double worst = 0.0;
  for (const double exponent : {-2.5, -1.0, -0.7, -0.5, 0.1, 0.5, 0.9, 1.0, 1.5, 2.0, 2.3, 9.75}) {
    for (double base = 1e-9; base < 1e9; base *= 1.37) {
      const long double expected =
          std::pow(static_cast<long double>(base), static_cast<long double>(exponent));
      worst = std::max(
          worst, ulps(real_power(base, exponent)[0], expected) / (6.0 + 2.0 * std::fabs(exponent)));
    }
  }
  CHECK(worst <= 1.0);
}

TEST_CASE("whole and half powers are written out", "[core]") {
  for (const double base : {0.3, 1.0, 7.0, 1e-200}) {
    CHECK(real_power(base, 0.0)[0] == 1.0);
    CHECK(real_power(base, 1.0)[0] == base);
    CHECK(real_power(base, 2.0)[0] == base * base);
    CHECK(real_power(base, 0.5)[0] == std::sqrt(base));
    CHECK(real_power(base, -0.5)[0] == 1.0 / std::sqrt(base));
    CHECK(real_power(base, -1.0)[0] == 1.0 / base);
  }
  CHECK(real_power(4.0, 1.5)[0] == 8.0);
  CHECK(real_power(4.0, -1.5)[0] == 0.125);
}

TEST_CASE("the ends of real powers", "[core]") {
  CHECK(real_power(0.0, 0.3)[0] == 0.0);
  CHECK(real_power(0.0, 7.0)[0] == 0.0);
  CHECK(real_power(0.0, 0.0)[0] == 1.0);
  CHECK(real_power(0.0, -0.3)[0] == infinity);
  CHECK(real_power(1.0, 1e300)[0] == 1.0);
  CHECK(real_power(0.5, 1e300)[0] == 0.0);
  CHECK(real_power(2.0, 1e300)[0] == infinity);
  CHECK(real_power(2.0, -1e300)[0] == 0.0);
  CHECK(real_power(0.25, std::numeric_limits<double>::denorm_min())[0] == 1.0);
}
