// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/descend_with_decay.hpp"

#include <cmath>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

/// p after a step from 64 with gradient 32, rate ½ and decay ½.
Eigen::Vector3d stepped(bool proximal) {
  Eigen::Vector3d p = Eigen::Vector3d::Constant(64.0), g = Eigen::Vector3d::Constant(32.0);
  et::Parameters<double> parameters;
  parameters.add("weight", p.segment(0, 1), g.segment(0, 1));
  parameters.add("bias", p.segment(1, 1), g.segment(1, 1), {.weight_decay = false});
  parameters.add("slow", p.segment(2, 1), g.segment(2, 1), {.learning_rate_scale = 0.5});
  auto optimizer = et::chain<double>(
      et::descend_with_decay({.learning_rate = 0.5, .weight_decay = 0.5, .proximal = proximal}));
  optimizer.step(parameters);
  return p;
}

}  // namespace

TEST_CASE("the proximal form divides, the other one multiplies") {
  CHECK(stepped(true).isApprox(Eigen::Vector3d(48.0 / 1.25, 48.0, 56.0 / 1.125), 1e-15));
  CHECK(stepped(false) == Eigen::Vector3d(32.0, 48.0, 48.0));
}

TEST_CASE("a huge decay doesn't overshoot in the proximal form") {
  Eigen::VectorXf p{{1.0f, -3.0f}}, g{{0.0f, 0.0f}};
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  auto optimizer =
      et::chain<float>(et::descend_with_decay({.learning_rate = 10.0, .weight_decay = 10.0}));
  optimizer.step(parameters);
  CHECK(p[0] > 0.0f);
  CHECK(p[0] < 0.01f);
  CHECK(p[1] < 0.0f);
}

TEST_CASE("descend_with_decay refuses what descend() and decay_weights() refuse") {
  CHECK_THROWS_WITH(et::descend_with_decay({.weight_decay = -1.0}),
                    "descend_with_decay: weight_decay must be in [0, inf), got -1");
  Eigen::VectorXf p{{1.0f}}, g{{1.0f}};
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  auto optimizer = et::chain<float>(
      et::descend_with_decay({.learning_rate = [](std::int64_t) { return std::nan(""); }}));
  CHECK_THROWS_WITH(optimizer.step(parameters),
                    "descend_with_decay: the learning rate must be in [0, inf), but the schedule "
                    "gives nan at step 0");
  CHECK(p[0] == 1.0f);
}

TEST_CASE("the rate beside a decay may be read and set between steps") {
  Eigen::VectorXd p{{1.0}}, g{{1.0}};
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto optimizer = et::chain<double>(et::descend_with_decay({.learning_rate = 0.5}));
  CHECK(optimizer.learning_rate() == 0.5);
  optimizer.set_learning_rate(0.25);
  optimizer.step(parameters);
  CHECK(p[0] == 0.75);
}
