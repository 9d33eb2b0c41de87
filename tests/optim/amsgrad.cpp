// SPDX-License-Identifier: MIT
#include "eigentrain/optim/amsgrad.hpp"

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

namespace {

void check_pytorch(const Eigen::Vector3d& p) {
  CHECK(-p[0] == Approx(1.0).margin(5e-5));
  CHECK(p[0] - p[1] == Approx(0.7408).margin(5e-5));
  CHECK(p[1] - p[2] == Approx(0.6331).margin(5e-5));
}

}  // namespace

TEST_CASE("amsgrad is PyTorch's: 1, .7408, .6331 of the rate") {
  check_pytorch(three_steps(et::AmsGrad<double>({.learning_rate = 1.0}), 0.0, 1.0, 0.1, 0.1));
  check_pytorch(three_steps(et::AmsGradW<double>({.learning_rate = 1.0, .weight_decay = 0.0}), 0.0,
                            1.0, 0.1, 0.1));
}

TEST_CASE("decay is coupled in AmsGrad and decoupled in AmsGradW") {
  const double rate = 0.25, decay = 0.5;
  const Eigen::Vector3d coupled = three_steps(
      et::AmsGrad<double>({.learning_rate = rate, .weight_decay = decay}), 4.0, 0.0, 0.0, 0.0);
  CHECK(coupled[0] == Approx(3.75).epsilon(1e-7));  // 4 − ¼·sign(½·4)
  const Eigen::Vector3d decoupled = three_steps(
      et::AmsGradW<double>({.learning_rate = rate, .weight_decay = decay}), 4.0, 0.0, 0.0, 0.0);
  CHECK(decoupled[0] == 3.5);  // 4·(1 − ¼·½)
}

TEST_CASE("options out of range throw, with the direction's name") {
  CHECK_THROWS_WITH(et::AmsGrad<float>({.beta1 = 1.0}),
                    "amsgrad_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::AmsGradW<float>({.epsilon = 0.0}),
                    "amsgrad_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::AmsGradW<float>({.weight_decay = -1.0}),
                    "decay_weights: decay must be in [0, inf), got -1");
}
