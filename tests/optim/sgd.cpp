// SPDX-License-Identifier: MIT
#include "eigentrain/optim/sgd.hpp"

#include <Eigen/Core>
#include <cmath>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

/// The parameter after each of three steps with gradients 1, 2 and −4, from 8.
Eigen::Vector3d three_steps(const et::SgdOptions& options) {
  Eigen::Matrix<double, 1, 1> p(8.0), g;
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  et::Sgd<double> optimizer(options);
  Eigen::Vector3d result;
  for (int step = 0; step < 3; ++step) {
    g[0] = step == 0 ? 1.0 : step == 1 ? 2.0 : -4.0;
    optimizer.step(parameters);
    result[step] = p[0];
  }
  return result;
}

}  // namespace

TEST_CASE("the first steps, by hand") {
  // All numbers are exact in binary.
  CHECK(three_steps({.learning_rate = 0.5}) == Eigen::Vector3d(7.5, 6.5, 8.5));
  // Buffers 1, 2.5, −2.75.
  CHECK(three_steps({.learning_rate = 0.5, .momentum = 0.5}) == Eigen::Vector3d(7.5, 6.25, 7.625));
  // Buffers 1 (not ½), ½ + 1, ¾ − 2.
  CHECK(three_steps({.learning_rate = 0.5, .momentum = 0.5, .dampening = 0.5}) ==
        Eigen::Vector3d(7.5, 6.75, 7.375));
  // Gradient plus half of the buffers 1, 2.5, −2.75: 1.5, 3.25, −5.375.
  CHECK(three_steps({.learning_rate = 0.5, .momentum = 0.5, .nesterov = true}) ==
        Eigen::Vector3d(7.25, 5.625, 8.3125));
  // Gradients 1 + ¼·8, 2 + ¼·6.5, −4 + ¼·4.6875.
  CHECK(three_steps({.learning_rate = 0.5, .weight_decay = 0.25}) ==
        Eigen::Vector3d(6.5, 4.6875, 6.1015625));
}

TEST_CASE("decay goes through the momentum") {
  // g = 1 + ¼·8 = 3, p = 6.5; g = 2 + 1.625 = 3.625, b = 1.5 + 3.625, p = 6.5 − 2.5625.
  CHECK(three_steps({.learning_rate = 0.5, .momentum = 0.5, .weight_decay = 0.25})[1] == 3.9375);
}

TEST_CASE("the learning rate stays outside the buffer") {
  // Folded in, as in Keras, the third step would remember the rates of the first two.
  const et::Schedule rate([](std::int64_t step) { return step == 2 ? 0.5 : 0.0; });
  CHECK(three_steps({.learning_rate = rate, .momentum = 0.5})[2] == 8.0 + 0.5 * 2.75);
}

TEST_CASE("defaults are PyTorch's, with a rate of 1e-3") {
  CHECK(three_steps({})[0] == 8.0 - 1e-3);
  CHECK(et::SgdOptions{}.momentum == 0.0);
  CHECK(et::SgdOptions{}.dampening == 0.0);
  CHECK(et::SgdOptions{}.weight_decay == 0.0);
  CHECK(!et::SgdOptions{}.nesterov);
}

TEST_CASE("options out of range throw") {
  using Sgd = et::Sgd<float>;
  CHECK_THROWS_WITH(Sgd({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Sgd({.learning_rate = std::nan("")}),
                    "constant: rate must be in [0, inf), got nan");
  CHECK_THROWS_WITH(Sgd({.momentum = 1.0}), "momentum: momentum must be in [0, 1), got 1");
  CHECK_THROWS_WITH(Sgd({.momentum = -0.5}), "momentum: momentum must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(Sgd({.momentum = 0.5, .dampening = 2.0}),
                    "momentum: dampening must be in [0, 1], got 2");
  CHECK_THROWS_WITH(Sgd({.nesterov = true}),
                    "momentum: nesterov needs momentum > 0 and dampening 0, got momentum 0 and "
                    "dampening 0");
  CHECK_THROWS_WITH(Sgd({.momentum = 0.5, .dampening = 0.5, .nesterov = true}),
                    "momentum: nesterov needs momentum > 0 and dampening 0, got momentum 0.5 and "
                    "dampening 0.5");
  CHECK_THROWS_WITH(Sgd({.weight_decay = -0.5}), "add_decay: decay must be in [0, inf), got -0.5");
  CHECK_THROWS_WITH(Sgd({.weight_decay = HUGE_VAL}),
                    "add_decay: decay must be in [0, inf), got inf");
}
