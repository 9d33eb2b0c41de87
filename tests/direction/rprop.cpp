// SPDX-License-Identifier: MIT
#include "eigentrain/direction/rprop.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/lanes.hpp"

namespace et = eigentrain;
using et::test::lanes;

TEMPLATE_TEST_CASE("steps grow while the sign stays, and rest once when it changes", "", float,
                   double) {
  using S = TestType;
  const double epsilon = 8.0 * std::numeric_limits<S>::epsilon();
  auto update = lanes<S>(et::rprop_direction({}));
  const auto is = [&](double g, double expected) {
    CHECK(update(S(g)) == Approx(expected).epsilon(epsilon));
  };
  is(3.0, 0.01);
  is(1e-6, 0.012);  // the size of the gradient doesn't matter
  is(5.0, 0.0144);
  is(-1.0, 0.0);  // turned: no move, and half the step
  is(-1.0, -0.0072);
  is(-9.0, -0.00864);
  is(0.0, 0.0);  // at rest the step stays
  is(2.0, 0.00864);
  is(2.0, 0.010368);
}

TEST_CASE("steps stay between their bounds") {
  auto up = lanes<double>(et::rprop_direction({.max_step = 0.25}));
  for (int t = 0; t < 100; ++t) REQUIRE(up(-1.0) >= -0.25);
  CHECK(up(-1.0) == -0.25);
  auto down = lanes<double>(et::rprop_direction({.min_step = 1e-3}));
  // +, turned, −, turned, …: a move in every second step.
  for (int t = 0; t < 100; ++t) down(t % 4 < 2 ? 1.0 : -1.0);
  CHECK(std::abs(down(1.0)) + std::abs(down(-1.0)) <= 1.2e-3);
  auto narrow = lanes<double>(et::rprop_direction({.min_step = 0.5, .max_step = 0.5}));
  CHECK(narrow(1.0) == 0.5);
}

TEST_CASE("the product of two small gradients can't underflow") {
  auto update = lanes<float>(et::rprop_direction({}));
  update(1e-30f);
  CHECK(update(1e-30f) == Approx(0.012).epsilon(1e-6));
  CHECK(update(-1e-30f) == 0.0f);
}

TEST_CASE("a gradient of PyTorch's may stand in the place of its sign") {
  // As when the state of a run is taken over.
  const auto rule = et::rprop_direction({}).at<double>({.count = 7});
  using Lane = et::Packet<double, 1>;
  Lane previous(-0.125), step(0.5);
  CHECK(rule(Lane(-3.0), Lane(0.0), previous, step)[0] == Approx(-0.6).epsilon(1e-15));
  CHECK(previous[0] == -1.0);
  previous = Lane(0.125);
  CHECK(rule(Lane(-3.0), Lane(0.0), previous, step)[0] == 0.0);
  CHECK(step[0] == Approx(0.3).epsilon(1e-15));
}

TEST_CASE("a NaN is seen") {
  auto update = lanes<float>(et::rprop_direction({}));
  CHECK(std::isnan(update(std::nanf(""))));
}

TEST_CASE("bounds below float's range are its smallest number") {
  auto update = lanes<float>(et::rprop_direction({.initial_step = 1e-60, .min_step = 1e-60}));
  CHECK(update(1.0f) == std::numeric_limits<float>::min());
}

TEST_CASE("slots and options") {
  CHECK(et::RpropDirection::slots == 2);
  CHECK(et::rprop_direction({.eta_minus = 0.25}).options().eta_minus == 0.25);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::rprop_direction({.initial_step = 0.0}),
                    "rprop_direction: initial_step must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::rprop_direction({.eta_minus = 1.0}),
                    "rprop_direction: eta_minus must be in (0, 1), got 1");
  CHECK_THROWS_WITH(et::rprop_direction({.eta_plus = 1.0}),
                    "rprop_direction: eta_plus must be in (1, inf), got 1");
  CHECK_THROWS_WITH(et::rprop_direction({.min_step = 0.0}),
                    "rprop_direction: min_step must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::rprop_direction({.max_step = 1e-9}),
                    "rprop_direction: max_step must be in [1e-06, inf), got 1e-09");
}
