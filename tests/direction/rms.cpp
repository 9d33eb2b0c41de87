// SPDX-License-Identifier: MIT
#include "eigentrain/direction/rms.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEMPLATE_TEST_CASE("the gradient over the root of the mean of squares", "", float, double) {
  using S = TestType;
  const double epsilon = 4.0 * std::numeric_limits<S>::epsilon();
  auto update = probe<S>(et::rms_direction({.alpha = 0.75, .epsilon = 1e-20}));
  CHECK(update(S(2)) == Approx(2.0).epsilon(epsilon));    // v = ¼·4: no correction of the start
  CHECK(update(S(0)) == S(0));                            // v = ¾
  CHECK(update(S(-2)) == Approx(-1.6).epsilon(epsilon));  // v = ¾·¾ + ¼·4 = 25/16
}

TEST_CASE("epsilon stands outside the root") {
  auto update = probe<double>(et::rms_direction({.alpha = 0.75, .epsilon = 3.0}));
  CHECK(update(2.0) == Approx(2.0 / 4.0).epsilon(1e-15));  // inside: 2/√(1 + 3) = 1
}

TEST_CASE("epsilon may stand inside the root, as in Keras and Optax") {
  auto plain = probe<double>(
      et::rms_direction({.alpha = 0.75, .epsilon = 3.0, .epsilon_inside_root = true}));
  CHECK(plain(2.0) == Approx(1.0).epsilon(1e-15));
  auto centered = probe<double>(et::rms_direction(
      {.alpha = 0.75, .epsilon = 0.25, .centered = true, .epsilon_inside_root = true}));
  CHECK(centered(2.0) == Approx(2.0).epsilon(1e-15));  // v = 1, mean ½: √(1 − ¼ + ¼)
}

TEMPLATE_TEST_CASE("centered divides by the deviation from the mean", "", float, double) {
  using S = TestType;
  const double epsilon = 8.0 * std::numeric_limits<S>::epsilon();
  auto update = probe<S>(et::rms_direction({.alpha = 0.5, .epsilon = 1e-20, .centered = true}));
  CHECK(update(S(2)) == Approx(2.0).epsilon(epsilon));  // v = 2, mean 1: √(2 − 1)
  // v = ½·2 + ½·16 = 9, mean = ½ + 2 = 2.5: √(9 − 6.25) = √2.75
  CHECK(update(S(4)) == Approx(4.0 / std::sqrt(2.75)).epsilon(epsilon));
}

TEMPLATE_TEST_CASE("the variance of a constant gradient never turns negative", "", float, double) {
  using S = TestType;
  for (const S g : {S(0.1), S(0.3), S(1.7), S(-123.4), S(1e-3)}) {
    auto update = probe<S>(et::rms_direction({.alpha = 0.9, .centered = true}));
    for (int step = 0; step < 1000; ++step) {
      const S u = update(g);
      REQUIRE(std::isfinite(u));
      REQUIRE(u * g > S(0));
    }
  }
}

TEST_CASE("squares that would overflow in float don't") {
  auto update = probe<float>(et::rms_direction({.alpha = 0.999}));
  CHECK(update(1e20f) == Approx(1.0 / std::sqrt(1e-3)).epsilon(1e-5));
}

TEMPLATE_TEST_CASE("means without gradients decay to exact zeros", "", float, double) {
  using S = TestType;
  using Lane = et::Packet<S, 1>;
  const auto decayed = [](const auto& rule, auto... state) {
    const auto step = [&](Lane g) { rule(g, Lane(S(0)), state...); };
    step(Lane(S(-1e-3)));
    for (int i = 0; i < 8000; ++i) {
      step(Lane(S(0)));
      REQUIRE(((state[0] == S(0) || std::abs(state[0]) >= std::numeric_limits<S>::min()) && ...));
    }
    CHECK(((state[0] == S(0)) && ...));
  };
  const auto rules = et::rms_direction({.alpha = 0.9}).at<S>({});  // the first is the centered one
  decayed(rules.second, Lane(S(0)));
  decayed(rules.first, Lane(S(0)), Lane(S(0)));
}

TEST_CASE("slots and options") {
  CHECK(et::rms_direction({}).slots() == 1);
  CHECK(et::rms_direction({.centered = true}).slots() == 2);
  CHECK(et::rms_direction({.alpha = 0.25}).options().alpha == 0.25);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::rms_direction({.alpha = 1.0}),
                    "rms_direction: alpha must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::rms_direction({.alpha = -0.5}),
                    "rms_direction: alpha must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(et::rms_direction({.alpha = std::nan("")}),
                    "rms_direction: alpha must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::rms_direction({.epsilon = 0.0}),
                    "rms_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::rms_direction({.epsilon = -1e-8}),
                    "rms_direction: epsilon must be in (0, inf), got -1e-08");
  CHECK_THROWS_WITH(et::rms_direction({.epsilon = HUGE_VAL}),
                    "rms_direction: epsilon must be in (0, inf), got inf");
}
