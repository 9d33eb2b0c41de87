// SPDX-License-Identifier: MIT
#include "eigentrain/core/power.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("powers are those of long double, within n roundings", "[power]") {
  for (double base : {0.9, 0.999, 0.5, 1.0 + 0x1p-30, -0.75, 3.0}) {
    for (std::int64_t n : {1, 2, 3, 7, 10, 63, 64, 65, 100, 601, -1, -2, -17}) {
      const long double expected =
          std::pow(static_cast<long double>(base), static_cast<long double>(n));
      const double got = power(et::Exact(base), n)[0];
      CHECK(std::abs(static_cast<double>((got - expected) / expected)) <=
            std::abs(static_cast<double>(n)) * 0x1p-53 + 0x1p-53);
    }
  }
}

TEST_CASE("powers at the ends", "[power]") {
  const auto at = [](double base, std::int64_t n) { return power(et::Exact(base), n)[0]; };
  CHECK(at(0.9, 0) == 1.0);
  CHECK(at(0.0, 0) == 1.0);
  CHECK(at(0.0, 5) == 0.0);
  CHECK(at(1.0, std::numeric_limits<std::int64_t>::max()) == 1.0);
  CHECK(at(1.0, std::numeric_limits<std::int64_t>::min()) == 1.0);
  CHECK(at(-1.0, (std::int64_t{1} << 40) + 1) == -1.0);
  CHECK(at(0.999, std::int64_t{1} << 40) == 0.0);
  CHECK(at(2.0, 1023) == 0x1p1023);
  CHECK(at(2.0, 1024) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(at(std::numeric_limits<double>::quiet_NaN(), 3)));
}
