// SPDX-License-Identifier: MIT
#include "eigentrain/optim/lamb.hpp"

#include <Eigen/Core>
#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("one parameter moves by its own size times the rate, whatever its gradient") {
  const Eigen::Vector3d p = three_steps(
      et::Lamb<double>({.learning_rate = 0.25, .weight_decay = 0.0}), 4.0, 1e-3, 5.0, 5.0);
  CHECK(p[0] == Approx(3.0).epsilon(1e-12));
  CHECK(p[1] == Approx(2.25).epsilon(1e-12));
  CHECK(p[2] == Approx(1.6875).epsilon(1e-12));
}

TEST_CASE("decay is inside the ratio: it changes the direction, not the length") {
  // u = −1 + 3·4/4 = 2 > 0 where the gradient alone would move upwards.
  const Eigen::Vector3d p = three_steps(
      et::Lamb<double>({.learning_rate = 0.25, .weight_decay = 0.75}), 4.0, -1.0, 0.0, 0.0);
  CHECK(p[0] == Approx(3.0).epsilon(1e-12));
}

TEST_CASE("a parameter at zero takes Adam's step") {
  const Eigen::Vector3d p =
      three_steps(et::Lamb<double>({.learning_rate = 0.25}), 0.0, -2.0, 0.0, 0.0);
  CHECK(p[0] == Approx(0.25).epsilon(1e-5));
}

TEST_CASE("Lamb: defaults are the paper's, and options out of range throw") {
  using Lamb = et::Lamb<float>;
  const et::LambOptions options;
  CHECK(options.learning_rate(0) == 1e-3);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK(options.epsilon == 1e-6);
  CHECK(options.weight_decay == 0.01);
  CHECK_THROWS_WITH(Lamb({.beta1 = 1.0}), "adam_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(Lamb({.beta2 = -1.0}), "adam_direction: beta2 must be in [0, 1), got -1");
  CHECK_THROWS_WITH(Lamb({.epsilon = 0.0}), "adam_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(Lamb({.weight_decay = -1.0}),
                    "decay_weights: decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Lamb({.most_ratio = 0.0}),
                    "trust_ratio: most_ratio must be in (0, inf], got 0");
  CHECK_THROWS_WITH(Lamb({.least_weight = -1.0}),
                    "trust_ratio: least_weight must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Lamb({.most_weight = -1.0}),
                    "trust_ratio: most_weight must be in (0, inf], got -1");
}
