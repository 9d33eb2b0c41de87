// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adam.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "eigentrain/schedule/descend.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEMPLATE_TEST_CASE("a constant gradient gives its sign at every step", "", float, double) {
  using S = TestType;
  const double epsilon = std::is_same_v<S, float> ? 1e-5 : 1e-9;
  for (const S g : {S(3), S(-0.02)}) {
    auto update = probe<S>(et::adam_direction({.epsilon = 1e-12}));
    for (int step = 0; step < 3000; ++step) {
      REQUIRE(update(g) == Approx(g > S(0) ? 1.0 : -1.0).epsilon(epsilon));
    }
  }
}

TEMPLATE_TEST_CASE("corrections: the first steps for gradients 1, 0.1, 0.1", "", float, double) {
  using S = TestType;
  const double epsilon = std::is_same_v<S, float> ? 1e-6 : 1e-7;
  auto update = probe<S>(et::adam_direction({}));
  CHECK(update(S(1)) == Approx(1.0).epsilon(epsilon));
  // t = 2: m = .09 + .01 = .1, m̂ = .1/.19; v = .000999 + .00001 = .001009, v̂ = v/.001999
  CHECK(update(S(0.1)) == Approx((0.1 / 0.19) / std::sqrt(0.001009 / 0.001999)).epsilon(epsilon));
  // t = 3: m = .09 + .01 = .1, m̂ = .1/.271; v = .999·.001009 + .00001
  const double v = 0.999 * 0.001009 + 0.00001;
  CHECK(update(S(0.1)) ==
        Approx((0.1 / 0.271) / std::sqrt(v / (1.0 - std::pow(0.999, 3)))).epsilon(epsilon));
}

TEST_CASE("epsilon stands outside the root, and is not corrected") {
  auto update = probe<double>(et::adam_direction({.epsilon = 0.5}));
  CHECK(update(0.5) == Approx(0.5).epsilon(1e-14));  // m̂/(√v̂ + ε); Keras: 0.5/(0.5 + 15.8)
  CHECK(update(0.5) == Approx(0.5).epsilon(1e-14));
}

TEST_CASE("epsilon may stand beside the uncorrected root, as in Keras and TensorFlow") {
  // A constant gradient g: α = √(1 − β₂ᵗ), m̂ = g, √v = α·|g|.
  auto update = probe<double>(et::adam_direction({.epsilon = 0.5, .epsilon_hat = true}));
  for (int t = 1; t <= 20; ++t) {
    const double alpha = std::sqrt(1.0 - std::pow(0.999, t));
    CHECK(update(2.0) == Approx(alpha * 2.0 / (alpha * 2.0 + 0.5)).epsilon(1e-12));
  }
}

TEST_CASE("without corrections the first steps are too large, as in MLX") {
  for (const bool hat : {false, true}) {
    auto update = probe<double>(
        et::adam_direction({.epsilon = 0.5, .epsilon_hat = hat, .bias_correction = false}));
    CHECK(update(2.0) == Approx(0.2 / (2.0 * std::sqrt(0.001) + 0.5)).epsilon(1e-13));
    CHECK(update(2.0) == Approx(0.38 / (2.0 * std::sqrt(0.001999) + 0.5)).epsilon(1e-13));
  }
}

TEST_CASE("all tensors share the step: the powers of beta don't advance per tensor") {
  // A fault of two peers: with two or more tensors their second tensor's first step was not 1.
  std::vector<Eigen::VectorXd> p(5, Eigen::VectorXd::Zero(3)), g(5, Eigen::VectorXd::Ones(3));
  et::Parameters<double> parameters;
  for (std::size_t i = 0; i < p.size(); ++i) {
    parameters.add(et::message("p", i), p[i], g[i]);
  }
  auto optimizer = et::chain<double>(et::adam_direction({}), et::descend(1.0));
  for (int step = 1; step <= 4; ++step) {
    optimizer.step(parameters);
    for (const auto& tensor : p) CHECK(tensor[2] == Approx(-step).epsilon(1e-7));
  }
}

TEST_CASE("the first step has t = 1, not 2") {
  auto update = probe<double>(et::adam_direction({.beta1 = 0.5, .beta2 = 0.5}));
  CHECK(update(2.0) == Approx(1.0).epsilon(1e-8));  // with t = 2: (1/.75)/√(2/.75) = .816
}

TEST_CASE("betas of zero forget everything: the sign of the gradient") {
  auto update = probe<float>(et::adam_direction({.beta1 = 0.0, .beta2 = 0.0}));
  CHECK(update(4.0f) == 1.0f);
  CHECK(update(-0.25f) == Approx(-1.0f).epsilon(1e-6));
  CHECK(update(0.0f) == 0.0f);
}

TEST_CASE("squares that would overflow in float don't") {
  auto update = probe<float>(et::adam_direction({}));
  CHECK(update(1e20f) == Approx(1.0f).epsilon(1e-5));
  CHECK(update(-1e20f) == Approx((0.09 - 0.1) / 0.19).epsilon(1e-4));
}

TEST_CASE("bias corrections are formed in double, for any step") {
  // In float, 1 − .999999 would be off by five percent.
  auto update = probe<float>(et::adam_direction({.beta1 = 0.9, .beta2 = 0.999999}));
  const auto a2 = static_cast<double>(static_cast<float>(1.0 - 0.999999));
  CHECK(update(1.0f) == Approx(1.0 / std::sqrt(a2 / 1e-6)).epsilon(1e-6));
  // Past 2³¹ steps nothing is left to correct.
  using Lane = et::Packet<double, 1>;
  const auto late = et::adam_direction({}).at<double>({.count = 1LL << 40});
  Lane m(1.0), v(4.0);
  CHECK(late(Lane(1.0), Lane(0.0), m, v)[0] == Approx(1.0 / std::sqrt(0.999 * 4 + 0.001)));
}

TEMPLATE_TEST_CASE("moments without gradients decay to exact zeros, past no subnormal", "", float,
                   double) {
  using S = TestType;
  using Lane = et::Packet<S, 1>;
  const auto rule = et::adam_direction({.beta2 = 0.95}).template at<S>({.count = 1'000'000});
  Lane m(S(0)), v(S(0));
  rule(Lane(S(-1e-3)), Lane(S(0)), m, v);
  int steps_to_zero = 0;
  for (int step = 1; step < 20'000; ++step) {
    rule(Lane(S(0)), Lane(S(0)), m, v);
    REQUIRE((m[0] == S(0) || std::abs(m[0]) >= std::numeric_limits<S>::min()));
    REQUIRE((v[0] == S(0) || v[0] >= std::numeric_limits<S>::min()));
    if (m[0] != S(0)) steps_to_zero = step;
  }
  CHECK(m[0] == S(0));
  CHECK(v[0] == S(0));
  if constexpr (std::is_same_v<S, float>) CHECK(steps_to_zero == Approx(740).margin(30));
}

TEST_CASE("slots and options") {
  CHECK(et::adam_direction({}).slots == 2);
  CHECK(et::adam_direction({.beta2 = 0.98}).options().beta2 == 0.98);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::adam_direction({.beta1 = 1.0}),
                    "adam_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::adam_direction({.beta1 = -0.5}),
                    "adam_direction: beta1 must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(et::adam_direction({.beta1 = std::nan("")}),
                    "adam_direction: beta1 must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::adam_direction({.beta2 = 1.5}),
                    "adam_direction: beta2 must be in [0, 1), got 1.5");
  CHECK_THROWS_WITH(et::adam_direction({.beta2 = -1.0}),
                    "adam_direction: beta2 must be in [0, 1), got -1");
  CHECK_THROWS_WITH(et::adam_direction({.beta2 = std::nan("")}),
                    "adam_direction: beta2 must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::adam_direction({.epsilon = 0.0}),
                    "adam_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::adam_direction({.epsilon = -1.0}),
                    "adam_direction: epsilon must be in (0, inf), got -1");
  CHECK_THROWS_WITH(et::adam_direction({.epsilon = std::nan("")}),
                    "adam_direction: epsilon must be in (0, inf), got nan");
}
