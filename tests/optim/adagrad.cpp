// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adagrad.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("defaults are PyTorch's") {
  const et::AdaGradOptions options;
  CHECK(options.learning_rate(0) == 1e-2);
  CHECK(options.learning_rate_decay == 0.0);
  CHECK(options.weight_decay == 0.0);
  CHECK(options.initial_accumulator_value == 0.0);
  CHECK(options.epsilon == 1e-10);
  CHECK_FALSE(options.epsilon_inside_root);
}

TEST_CASE("the first steps, by hand") {
  // Decay is coupled: the first gradient is 2 + ½·2 = 3, the first sum 7 + 9.
  const Eigen::Vector3d p = three_steps(et::AdaGrad<double>({.learning_rate = 0.5,
                                                             .learning_rate_decay = 1.0,
                                                             .weight_decay = 0.5,
                                                             .initial_accumulator_value = 7.0,
                                                             .epsilon = 1.0}),
                                        2.0, 2.0, -1.0, 0.0);
  const double p1 = 2.0 - 0.5 * 3.0 / (4.0 + 1.0);
  const double g2 = -1.0 + 0.5 * p1, p2 = p1 - 0.25 * g2 / (std::sqrt(16.0 + g2 * g2) + 1.0);
  CHECK(p[0] == Approx(p1).epsilon(1e-15));
  CHECK(p[1] == Approx(p2).epsilon(1e-14));
}

TEST_CASE("options out of range throw") {
  using AdaGrad = et::AdaGrad<double>;
  CHECK_THROWS_WITH(AdaGrad({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(AdaGrad({.learning_rate_decay = -1.0}),
                    "adagrad_direction: learning_rate_decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(AdaGrad({.weight_decay = -0.5}),
                    "add_decay: decay must be in [0, inf), got -0.5");
  CHECK_THROWS_WITH(AdaGrad({.epsilon = 0.0}),
                    "adagrad_direction: epsilon must be in (0, inf), got 0");
}
