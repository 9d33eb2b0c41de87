// SPDX-License-Identifier: MIT
#include "eigentrain/optim/radam.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("defaults are PyTorch's") {
  const et::RAdamOptions options;
  CHECK(options.learning_rate(0) == 1e-3);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK(options.epsilon == 1e-8);
  CHECK(options.weight_decay == 0.0);
  CHECK(options.epsilon_hat);
}

TEST_CASE("the first steps are momentum's, corrected, with coupled decay") {
  Eigen::Vector3d p = three_steps(et::RAdam<double>({.learning_rate = 0.5}), 0.0, 3.0, 3.0, -1.0);
  CHECK(p[0] == Approx(-1.5).epsilon(1e-14));
  CHECK(p[1] == Approx(-3.0).epsilon(1e-14));
  CHECK(p[2] == Approx(-3.0 - 0.5 * (0.9 * 0.57 - 0.1) / 0.271).epsilon(1e-14));
  p = three_steps(et::RAdam<double>({.learning_rate = 0.5, .weight_decay = 0.5}), 4.0, 0.0, 0.0,
                  0.0);
  CHECK(p[0] == Approx(3.0).epsilon(1e-14));
}

TEST_CASE("options out of range throw") {
  using RAdam = et::RAdam<double>;
  CHECK_THROWS_WITH(RAdam({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(RAdam({.beta2 = 1.0}), "radam_direction: beta2 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(RAdam({.weight_decay = -0.5}),
                    "add_decay: decay must be in [0, inf), got -0.5");
}
