// SPDX-License-Identifier: MIT
#include "eigentrain/optim/lookahead.hpp"

#include <cmath>

#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

TEST_CASE("every k-th step ends a part of the way from the slow weights") {
  Eigen::VectorXd p = Eigen::VectorXd::Constant(3, 8.0), g = Eigen::VectorXd::Ones(3);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto optimizer = et::chain<double>(et::sgd({.learning_rate = 1.0}),
                                     et::lookahead({.period = 2, .alpha = 0.25}));
  // 8, 7, then a quarter of the way from 8 to 6; 6.5, then from 7.5 to 5.5.
  for (const double expected : {7.0, 7.5, 6.5, 7.0, 6.0, 6.5}) {
    CHECK(optimizer.step(parameters));
    CHECK(p == Eigen::Vector3d::Constant(expected));
  }
  CHECK(optimizer.state<et::Lookahead>(0)[2] == 6.5);
}

TEST_CASE("a period of 1 shortens every step, and alpha 1 changes nothing") {
  Eigen::VectorXd p = Eigen::VectorXd::Constant(2, 4.0), q = p, g = Eigen::VectorXd::Ones(2);
  et::Parameters<double> parameters, others;
  parameters.add("p", p, g);
  others.add("q", q, g);
  auto shorter = et::chain<double>(et::sgd({.learning_rate = 1.0}),
                                   et::lookahead({.period = 1, .alpha = 0.5}));
  auto same = et::chain<double>(et::sgd({.learning_rate = 1.0}),
                                et::lookahead({.period = 3, .alpha = 1.0}));
  for (int i = 1; i <= 4; ++i) {
    shorter.step(parameters);
    same.step(others);
    CHECK(p[1] == 4.0 - 0.5 * i);
    CHECK(q[1] == 4.0 - i);
  }
}

TEST_CASE("a tensor that was frozen at first begins where it is") {
  Eigen::VectorXd a = Eigen::VectorXd::Constant(2, 5.0), b = a, g = Eigen::VectorXd::Ones(2);
  et::Parameters<double> parameters;
  parameters.add("a", a, g).add("b", b, g, {.frozen = true});
  auto optimizer = et::chain<double>(et::sgd({.learning_rate = 1.0}),
                                     et::lookahead({.period = 4, .alpha = 0.5}));
  for (int i = 0; i < 2; ++i) optimizer.step(parameters);
  parameters.set_options("b", {});
  for (int i = 0; i < 2; ++i) optimizer.step(parameters);
  CHECK(a[0] == 3.0);
  CHECK(b[0] == 4.0);  // from 5 to 3, half of the way
}

// Adam with Lookahead over 40 steps of made-up gradients.
template <class S>
struct Trial {
  Eigen::Matrix<S, Eigen::Dynamic, 1> p, g;
  et::Parameters<S> parameters;
  explicit Trial(Eigen::Index n) : p(n), g(n) {
    for (Eigen::Index i = 0; i < n; ++i) p[i] = et::test::noise<S>(1000, i);
    parameters.add("p", p, g);
  }
  template <class Optimizer>
  void step(Optimizer& optimizer) {
    for (Eigen::Index i = 0; i < g.size(); ++i) {
      g[i] = et::test::noise<S>(optimizer.count(), i) + S(0.25) * p[i];
    }
    optimizer.step(parameters);
  }
};

TEST_CASE("the slow weights are what the parameters become, to the bit, at every level") {
  et::test::at_every_level([] {
    Trial<float> trial(103);
    auto optimizer = et::chain<float>(et::adam({.learning_rate = 0.7}), et::lookahead());
    for (int i = 1; i <= 40; ++i) {
      trial.step(optimizer);
      if (i % 6 == 0) CHECK(et::test::same_bits(optimizer.state<et::Lookahead>(0), trial.p));
      if (i == 1) CHECK_FALSE(et::test::same_bits(optimizer.state<et::Lookahead>(0), trial.p));
    }
    CHECK(et::test::hash_bits(trial.p.data(), trial.p.size()) == 0xfe92da320d72d91eu);
    auto copy = optimizer;  // a copy goes on from the same point
    Trial<float> twin(103);
    twin.p = trial.p;
    for (int i = 0; i < 7; ++i) {
      trial.step(optimizer);
      twin.step(copy);
    }
    CHECK(et::test::same_bits(trial.p, twin.p));
  });
}

TEST_CASE("after the first step nothing is allocated") {
  Trial<double> trial(40);
  auto optimizer = et::chain<double>(et::adam({}), et::lookahead({.period = 2}));
  optimizer.step(trial.parameters);
  CHECK(et::test::allocations_in([&] {
          for (int i = 0; i < 4; ++i) optimizer.step(trial.parameters);
        }) == 0);
}

TEST_CASE("options out of range throw, and defaults are the paper's") {
  CHECK(et::LookaheadOptions().period == 6);
  CHECK(et::LookaheadOptions().alpha == 0.5);
  CHECK_THROWS_WITH(et::lookahead({.period = 0}), "lookahead: period must be at least 1, got 0");
  CHECK_THROWS_WITH(et::lookahead({.alpha = 0.0}), "lookahead: alpha must be in (0, 1], got 0");
  CHECK_THROWS_WITH(et::lookahead({.alpha = 1.5}), "lookahead: alpha must be in (0, 1], got 1.5");
  CHECK_THROWS_WITH(et::lookahead({.alpha = std::nan("")}),
                    "lookahead: alpha must be in (0, 1], got nan");
}
