// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/l1.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/penalty.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

TEMPLATE_TEST_CASE("the sign of the weight times lambda is added, and nothing at zero", "", float,
                   double) {
  using S = TestType;
  auto update = et::test::probe<S>(et::add_l1(0.5));
  CHECK(update(S(1), S(4)) == S(1.5));
  CHECK(update(S(1), S(-4)) == S(0.5));
  CHECK(update(S(1), S(0)) == S(1));
  CHECK(update(S(1), S(-0.0)) == S(1));
  CHECK(update(S(0), std::numeric_limits<S>::denorm_min()) == S(0.5));
  CHECK(std::isnan(update(S(1), std::numeric_limits<S>::quiet_NaN())));
}

TEST_CASE("before the direction it is part of the gradient") {
  auto update = et::test::probe<double>(et::add_l1(0.5), et::momentum({.momentum = 0.5}));
  CHECK(update(1.0, 4.0) == 1.5);
  CHECK(update(1.0, 4.0) == 2.25);  // ½·1.5 + 1.5
}

TEST_CASE("it is the derivative of l1_penalty") {
  const Eigen::VectorXd at{{0.75, -1.5, 3.0}};
  Eigen::VectorXd p = at, g = Eigen::VectorXd::Zero(3);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto optimizer = et::chain<double>(et::add_l1(0.25), et::descend(1.0));
  optimizer.step(parameters);
  const Eigen::VectorXd update = at - p;
  for (Eigen::Index i = 0; i < 3; ++i) {
    constexpr double h = 1.0 / 1024;
    p = at;
    p[i] += h;
    const double above = et::l1_penalty(parameters, 0.25);
    p[i] -= 2 * h;
    const double below = et::l1_penalty(parameters, 0.25);
    CHECK(update[i] == Approx((above - below) / (2 * h)).epsilon(1e-9));
  }
}

TEST_CASE("tensors can be left out") {
  Eigen::VectorXf w = Eigen::VectorXf::Constant(20, 4.0f), b = w, g = Eigen::VectorXf::Ones(20);
  Eigen::VectorXf h = g;
  et::Parameters<float> parameters;
  parameters.add("w", w, g).add("b", b, h, {.weight_decay = false});
  auto optimizer = et::chain<float>(et::add_l1(0.25), et::descend(1.0));
  et::test::at_every_simd_level([&] {
    w.setConstant(4.0f);
    b.setConstant(4.0f);
    optimizer.step(parameters);
    CHECK(w == Eigen::VectorXf::Constant(20, 2.75f));
    CHECK(b == Eigen::VectorXf::Constant(20, 3.0f));
  });
}

TEST_CASE("a lambda that is not in [0, inf) throws") {
  CHECK_THROWS_WITH(et::add_l1(-0.1), "add_l1: lambda must be in [0, inf), got -0.1");
  CHECK_THROWS_WITH(et::add_l1(std::nan("")), "add_l1: lambda must be in [0, inf), got nan");
  CHECK_THROWS_WITH(et::add_l1(HUGE_VAL), "add_l1: lambda must be in [0, inf), got inf");
  CHECK(et::add_l1(0.25).lambda() == 0.25);
}
