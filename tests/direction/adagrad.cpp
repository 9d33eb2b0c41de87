// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adagrad.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/lanes.hpp"

namespace et = eigentrain;
using et::test::lanes;

TEMPLATE_TEST_CASE("a constant gradient gives 1/√t", "", float, double) {
  using S = TestType;
  const double epsilon = std::is_same_v<S, float> ? 1e-6 : 1e-9;
  auto update = lanes<S>(et::adagrad_direction({}));
  auto falling = lanes<S>(et::adagrad_direction({.learning_rate_decay = 0.5}));
  for (int t = 1; t <= 1000; ++t) {
    const double expected = -1.0 / std::sqrt(static_cast<double>(t));
    REQUIRE(update(S(-3)) == Approx(expected).epsilon(epsilon));
    REQUIRE(falling(S(-3)) == Approx(expected / (1.0 + 0.5 * (t - 1))).epsilon(epsilon));
  }
}

TEST_CASE("epsilon stands outside the root, or inside") {
  auto outside = lanes<double>(et::adagrad_direction({.epsilon = 5.0}));
  CHECK(outside(2.0) == Approx(2.0 / 7.0).epsilon(1e-15));
  auto inside = lanes<double>(et::adagrad_direction({.epsilon = 5.0, .epsilon_inside_root = true}));
  CHECK(inside(2.0) == Approx(2.0 / 3.0).epsilon(1e-15));
  // The decay of the rate divides what is outside, too.
  auto falling = lanes<double>(et::adagrad_direction({.learning_rate_decay = 3.0, .epsilon = 5.0}));
  falling(0.0);
  CHECK(falling(2.0) == Approx(2.0 / 7.0 / 4.0).epsilon(1e-15));
}

TEST_CASE("the sum begins at the initial value, in whatever step a tensor joins") {
  auto update =
      lanes<double>(et::adagrad_direction({.initial_accumulator_value = 5.0, .epsilon = 1e-300}));
  CHECK(update(2.0) == Approx(2.0 / 3.0).epsilon(1e-15));
  CHECK(update(4.0) == Approx(4.0 / 5.0).epsilon(1e-15));
  auto late =
      lanes<double>(et::adagrad_direction({.initial_accumulator_value = 5.0, .epsilon = 1e-300}));
  late.set_count(100);
  CHECK(late(2.0) == Approx(2.0 / 3.0).epsilon(1e-15));
}

TEST_CASE("no gradient moves nothing, and a subnormal square leaves no trace") {
  auto update = lanes<float>(et::adagrad_direction({}));
  CHECK(update(0.0f) == 0.0f);
  CHECK(update(1e-20f) == Approx(1e-10).epsilon(1e-6));
  CHECK(update.state(0) == 0.0f);
  CHECK(std::isnan(update(std::nanf(""))));
}

TEST_CASE("slots and options") {
  CHECK(et::AdaGradDirection::slots == 1);
  CHECK(et::adagrad_direction({.epsilon = 0.25}).options().epsilon == 0.25);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::adagrad_direction({.learning_rate_decay = -1.0}),
                    "adagrad_direction: learning_rate_decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::adagrad_direction({.learning_rate_decay = HUGE_VAL}),
                    "adagrad_direction: learning_rate_decay must be in [0, inf), got inf");
  CHECK_THROWS_WITH(et::adagrad_direction({.initial_accumulator_value = -0.5}),
                    "adagrad_direction: initial_accumulator_value must be in [0, inf), got -0.5");
  CHECK_THROWS_WITH(et::adagrad_direction({.epsilon = 0.0}),
                    "adagrad_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::adagrad_direction({.epsilon = std::nan("")}),
                    "adagrad_direction: epsilon must be in (0, inf), got nan");
}
