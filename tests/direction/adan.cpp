// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adan.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEST_CASE("the first steps of Adan, by hand") {
  // β = ½, ½, ¾: for gradients 4, 2 the change is 0, then −2; what is squared, 4, then 1.
  auto update = probe<double>(
      et::adan_direction({.beta1 = 0.5, .beta2 = 0.5, .beta3 = 0.75, .epsilon = 0.5}));
  CHECK(update(4.0) == Approx(4.0 / 4.5).epsilon(1e-15));
  const double m = 0.5 * 2.0 + 0.5 * 2.0, v = 0.5 * -2.0, n = 0.75 * 4.0 + 0.25 * 1.0;
  CHECK(update(2.0) ==
        Approx((m / 0.75 + 0.5 * v / 0.75) / (std::sqrt(n / 0.4375) + 0.5)).epsilon(1e-14));
}

TEMPLATE_TEST_CASE("a constant gradient gives its sign, as nothing changes", "", float, double) {
  using S = TestType;
  const double epsilon = sizeof(S) == 4 ? 1e-5 : 1e-9;
  auto update = probe<S>(et::adan_direction({.epsilon = 1e-12}));
  for (int step = 0; step < 500; ++step) {
    REQUIRE(update(S(-3)) == Approx(-1.0).epsilon(epsilon));
  }
}

TEST_CASE("options of Adan out of range throw") {
  CHECK_THROWS_WITH(et::adan_direction({.beta1 = 1.0}),
                    "adan_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::adan_direction({.beta2 = -1.0}),
                    "adan_direction: beta2 must be in [0, 1), got -1");
  CHECK_THROWS_WITH(et::adan_direction({.beta3 = std::nan("")}),
                    "adan_direction: beta3 must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::adan_direction({.epsilon = 0.0}),
                    "adan_direction: epsilon must be in (0, inf), got 0");
  CHECK(et::adan_direction({}).options().beta1 == 0.98);
}
