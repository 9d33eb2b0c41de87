// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adamax.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/lanes.hpp"

namespace et = eigentrain;
using et::test::lanes;

TEMPLATE_TEST_CASE("a constant gradient gives its sign at every step", "", float, double) {
  using S = TestType;
  const double epsilon = std::is_same_v<S, float> ? 1e-5 : 1e-7;
  for (const S g : {S(3), S(-0.25)}) {
    auto update = lanes<S>(et::adamax_direction({}));
    for (int step = 0; step < 1000; ++step) {
      REQUIRE(update(g) == Approx(g > S(0) ? 1.0 : -1.0).epsilon(epsilon));
    }
  }
}

TEST_CASE("epsilon is added to the gradient's size, or to the divisor") {
  // β₁ = ½: m̂ = ½, then (⅛)/(¾) = ⅙.
  const auto options = [](bool late) {
    return et::AdaMaxDirectionOptions{
        .beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.5, .epsilon_at_divisor = late};
  };
  auto pytorch = lanes<double>(et::adamax_direction(options(false)));
  CHECK(pytorch(0.5) == Approx(0.5).epsilon(1e-15));               // n = ½ + ½
  CHECK(pytorch(0.0) == Approx(1.0 / 6.0 / 0.75).epsilon(1e-15));  // n = max(¾·1, 0 + ½)
  auto keras = lanes<double>(et::adamax_direction(options(true)));
  CHECK(keras(0.5) == Approx(0.5).epsilon(1e-15));
  CHECK(keras(0.0) == Approx(1.0 / 6.0 / (0.375 + 0.5)).epsilon(1e-15));  // n = ¾·½
}

TEST_CASE("the largest gradient is forgotten by beta2") {
  auto update = lanes<double>(et::adamax_direction({.beta1 = 0.0, .beta2 = 0.5}));
  CHECK(update(-8.0) == Approx(-1.0).epsilon(1e-8));
  CHECK(update(1.0) == Approx(0.25).epsilon(1e-7));
  CHECK(update(1.0) == Approx(0.5).epsilon(1e-7));
  CHECK(update(1.0) == Approx(1.0).epsilon(1e-7));
  CHECK(std::isnan(update(std::nan(""))));
}

TEMPLATE_TEST_CASE("without gradients everything decays to exact zeros", "", float, double) {
  using S = TestType;
  auto update =
      lanes<S>(et::adamax_direction({.beta2 = 0.9, .epsilon = 1e-7, .epsilon_at_divisor = true}));
  update(S(-1e-3));
  for (int t = 0; t < 8000; ++t) {
    update(S(0));
    for (const int slot : {0, 1}) {
      const S size = std::abs(update.state(slot));
      REQUIRE((size == S(0) || size >= std::numeric_limits<S>::min()));
    }
  }
  CHECK(update.state(0) == S(0));
  CHECK(update.state(1) == S(0));
  CHECK(update(S(0)) == S(0));
}

TEST_CASE("slots and options") {
  CHECK(et::AdaMaxDirection::slots == 2);
  CHECK(et::adamax_direction({.beta2 = 0.25}).options().beta2 == 0.25);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::adamax_direction({.beta1 = 1.0}),
                    "adamax_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::adamax_direction({.beta2 = -0.5}),
                    "adamax_direction: beta2 must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(et::adamax_direction({.epsilon = 0.0}),
                    "adamax_direction: epsilon must be in (0, inf), got 0");
}
