// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adamax.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("defaults are PyTorch's") {
  const et::AdaMaxOptions options;
  CHECK(options.learning_rate(0) == 2e-3);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK(options.epsilon == 1e-8);
  CHECK(options.weight_decay == 0.0);
  CHECK_FALSE(options.epsilon_at_divisor);
}

TEST_CASE("a constant gradient moves a parameter by the rate at every step") {
  const Eigen::Vector3d p =
      three_steps(et::AdaMax<double>({.learning_rate = 0.25}), 1.0, 3.0, 3.0, 3.0);
  CHECK(p[0] == Approx(0.75).epsilon(1e-8));
  CHECK(p[1] == Approx(0.5).epsilon(1e-8));
  CHECK(p[2] == Approx(0.25).epsilon(1e-7));
}

TEST_CASE("decay is coupled: the divisor divides it away") {
  const Eigen::Vector3d p = three_steps(
      et::AdaMax<double>({.learning_rate = 0.25, .weight_decay = 0.5}), 4.0, 0.0, 0.0, 0.0);
  CHECK(p[0] == Approx(3.75).epsilon(1e-7));
}

TEST_CASE("options out of range throw") {
  using AdaMax = et::AdaMax<double>;
  CHECK_THROWS_WITH(AdaMax({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(AdaMax({.beta1 = 1.0}), "adamax_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(AdaMax({.beta2 = 1.0}), "adamax_direction: beta2 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(AdaMax({.weight_decay = -0.5}),
                    "add_decay: decay must be in [0, inf), got -0.5");
}
