// SPDX-License-Identifier: MIT
#include "eigentrain/direction/radam.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/lanes.hpp"

namespace et = eigentrain;
using et::test::lanes;

namespace {

double length(int t, double beta2) {
  const double power = std::pow(beta2, t);
  return 2.0 / (1.0 - beta2) - 1.0 - 2.0 * t * power / (1.0 - power);
}

double rectification(int t, double beta2) {
  const double longest = 2.0 / (1.0 - beta2) - 1.0, now = length(t, beta2);
  return std::sqrt((now - 4.0) * (now - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * now));
}

}  // namespace

TEMPLATE_TEST_CASE("five steps of the mean, then rectified ones", "", float, double) {
  using S = TestType;
  const double epsilon = std::is_same_v<S, float> ? 1e-5 : 1e-8;
  auto update = lanes<S>(et::radam_direction({.epsilon = 1e-12}));
  for (int t = 1; t <= 1000; ++t) {
    CAPTURE(t);
    // A constant gradient: m̂ = g, √v̂ = |g|.
    const double expected = t <= 5 ? -3.0 : -rectification(t, 0.999);
    REQUIRE(update(S(-3)) == Approx(expected).epsilon(epsilon));
  }
  CHECK(length(5, 0.999) < 5.0);
  CHECK(length(6, 0.999) > 5.0);
}

TEST_CASE("the threshold, and a beta2 that never reaches it") {
  auto early = lanes<double>(et::radam_direction({.beta2 = 0.9, .threshold = 4.0}));
  auto late = lanes<double>(et::radam_direction({.beta2 = 0.9, .threshold = 6.0}));
  auto never = lanes<double>(et::radam_direction({.beta2 = 0.6}));
  for (int t = 1; t <= 50; ++t) {
    const double r = rectification(t, 0.9);
    REQUIRE(early(2.0) == Approx(length(t, 0.9) > 4.0 ? r : 2.0).epsilon(1e-6));
    REQUIRE(late(2.0) == Approx(length(t, 0.9) > 6.0 ? r : 2.0).epsilon(1e-6));
    REQUIRE(never(2.0) == Approx(2.0).epsilon(1e-12));
  }
}

TEST_CASE("epsilon stands beside the uncorrected root, or beside the corrected one") {
  auto pytorch = lanes<double>(et::radam_direction({.beta2 = 0.75, .epsilon = 0.5}));
  auto optax =
      lanes<double>(et::radam_direction({.beta2 = 0.75, .epsilon = 0.5, .epsilon_hat = false}));
  for (int t = 1; t <= 30; ++t) {
    const double correction = std::sqrt(1.0 - std::pow(0.75, t));
    const double r = length(t, 0.75) > 5.0 ? rectification(t, 0.75) : 0.0;
    REQUIRE(
        pytorch(2.0) ==
        Approx(r == 0.0 ? 2.0 : r * 2.0 * correction / (2.0 * correction + 0.5)).epsilon(1e-11));
    REQUIRE(optax(2.0) == Approx(r == 0.0 ? 2.0 : r * 2.0 / 2.5).epsilon(1e-11));
  }
}

TEST_CASE("slots and options") {
  CHECK(et::RAdamDirection::slots == 2);
  CHECK(et::radam_direction({.beta2 = 0.25}).options().beta2 == 0.25);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::radam_direction({.beta1 = 1.0}),
                    "radam_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::radam_direction({.beta2 = 1.0}),
                    "radam_direction: beta2 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::radam_direction({.epsilon = 0.0}),
                    "radam_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::radam_direction({.threshold = 3.0}),
                    "radam_direction: threshold must be in [4, inf], got 3");
}
