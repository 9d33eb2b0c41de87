// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/weight_decay.hpp"

#include <cmath>

#include "eigentrain/direction/adam.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

TEMPLATE_TEST_CASE("before the direction it is part of the gradient", "", float, double) {
  auto update = et::test::probe<TestType>(et::add_decay(0.5), et::momentum({.momentum = 0.5}));
  CHECK(update(TestType(1), TestType(4)) == TestType(3));    // 1 + ½·4
  CHECK(update(TestType(1), TestType(4)) == TestType(4.5));  // and remembered: ½·3 + 3
}

TEMPLATE_TEST_CASE("after the direction it is not remembered", "", float, double) {
  auto update = et::test::probe<TestType>(et::momentum({.momentum = 0.5}), et::decay_weights(0.5));
  CHECK(update(TestType(1), TestType(4)) == TestType(3));
  CHECK(update(TestType(1), TestType(4)) == TestType(3.5));  // ½·1 + 1 + ½·4
}

TEST_CASE("Adam divides coupled decay away, but not decoupled decay") {
  auto coupled = et::test::probe<double>(et::add_decay(0.5), et::adam_direction({}));
  auto decoupled = et::test::probe<double>(et::adam_direction({}), et::decay_weights(0.5));
  CHECK(coupled(1.0, 4.0) == Approx(1.0).epsilon(1e-7));  // 3/√9
  CHECK(decoupled(1.0, 4.0) == Approx(3.0).epsilon(1e-7));
}

TEST_CASE("tensors can be left out") {
  Eigen::VectorXf w = Eigen::VectorXf::Constant(20, 4.0f), b = w, g = Eigen::VectorXf::Ones(20);
  Eigen::VectorXf h = g;
  et::Parameters<float> parameters;
  parameters.add("w", w, g).add("b", b, h, {.weight_decay = false});
  const auto check = [&](const auto& decay) {
    w.setConstant(4.0f);
    b.setConstant(4.0f);
    auto optimizer = et::chain<float>(decay, et::descend(1.0));
    optimizer.step(parameters);
    CHECK(w == Eigen::VectorXf::Constant(20, 2.0f));
    CHECK(b == Eigen::VectorXf::Constant(20, 3.0f));
  };
  check(et::add_decay(0.25));
  check(et::decay_weights(0.25));
}

TEST_CASE("no decay changes no bit, whatever the weight is") {
  auto update = et::test::probe<float>(et::add_decay(0.0));
  CHECK(update(0.1f) == 0.1f);
  CHECK(update(0.0f, 1e30f) == 0.0f);
}

TEST_CASE("no decay leaves an infinite weight infinite") {
  Eigen::VectorXf w = Eigen::VectorXf::Constant(20, HUGE_VALF), g = Eigen::VectorXf::Ones(20);
  et::Parameters<float> parameters;
  parameters.add("w", w, g);
  et::chain<float>(et::add_decay(0.0), et::descend(1.0)).step(parameters);
  CHECK(w == Eigen::VectorXf::Constant(20, HUGE_VALF));
}

TEST_CASE("a decay that is not in [0, inf) throws, with the name of the transform") {
  CHECK_THROWS_WITH(et::add_decay(-0.1), "add_decay: decay must be in [0, inf), got -0.1");
  CHECK_THROWS_WITH(et::add_decay(std::nan("")), "add_decay: decay must be in [0, inf), got nan");
  CHECK_THROWS_WITH(et::decay_weights(-0.1), "decay_weights: decay must be in [0, inf), got -0.1");
  CHECK_THROWS_WITH(et::decay_weights(HUGE_VAL),
                    "decay_weights: decay must be in [0, inf), got inf");
  CHECK(et::add_decay(0.25).decay() == 0.25);
}
