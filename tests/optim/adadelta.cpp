// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adadelta.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("defaults are PyTorch's") {
  const et::AdaDeltaOptions options;
  CHECK(options.learning_rate(0) == 1.0);
  CHECK(options.rho == 0.9);
  CHECK(options.epsilon == 1e-6);
  CHECK(options.weight_decay == 0.0);
}

TEST_CASE("the first step, by hand, with coupled decay") {
  // g = 1 + ½·2 = 2, v = ¼·4 = 1, u = √¼/√(1 + ¼)·2.
  const Eigen::Vector3d p =
      three_steps(et::AdaDelta<double>(
                      {.learning_rate = 0.5, .rho = 0.75, .epsilon = 0.25, .weight_decay = 0.5}),
                  2.0, 1.0, 0.0, 0.0);
  CHECK(p[0] == Approx(2.0 - 0.5 / std::sqrt(1.25)).epsilon(1e-15));
}

TEST_CASE("options out of range throw") {
  using AdaDelta = et::AdaDelta<double>;
  CHECK_THROWS_WITH(AdaDelta({.learning_rate = -1.0}),
                    "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(AdaDelta({.rho = 1.0}), "adadelta_direction: rho must be in [0, 1), got 1");
  CHECK_THROWS_WITH(AdaDelta({.weight_decay = -0.5}),
                    "add_decay: decay must be in [0, inf), got -0.5");
}
