// SPDX-License-Identifier: MIT
#include "eigentrain/optim/rms_prop.hpp"

#include <Eigen/Core>
#include <cmath>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

/// The parameter after each of two steps with gradients 2 and −1, from 1.
Eigen::Vector2d two_steps(const et::RmsPropOptions& options) {
  Eigen::Matrix<double, 1, 1> p(1.0), g;
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  et::RmsProp<double> optimizer(options);
  Eigen::Vector2d result;
  for (int step = 0; step < 2; ++step) {
    g[0] = step == 0 ? 2.0 : -1.0;
    optimizer.step(parameters);
    result[step] = p[0];
  }
  return result;
}

}  // namespace

TEST_CASE("the first steps, by hand") {
  const double second = std::sqrt(0.75 + 0.25);  // v = ¾·1 + ¼·1
  // v = ¼·4 = 1: u = 2/(1 + ε).
  Eigen::Vector2d p = two_steps({.learning_rate = 0.1, .alpha = 0.75, .epsilon = 1e-300});
  CHECK(p[0] == Approx(1.0 - 0.1 * 2.0).epsilon(1e-15));
  CHECK(p[1] == Approx(0.8 + 0.1 / second).epsilon(1e-15));
  // ε outside the root: 2/(1 + 3), where Keras and Optax have 2/√(1 + 3).
  p = two_steps({.learning_rate = 0.1, .alpha = 0.75, .epsilon = 3.0});
  CHECK(p[0] == Approx(1.0 - 0.1 * 0.5).epsilon(1e-15));
  p = two_steps({.learning_rate = 0.1, .alpha = 0.75, .epsilon = 3.0, .epsilon_inside_root = true});
  CHECK(p[0] == Approx(1.0 - 0.1).epsilon(1e-15));
  // Momentum is on the direction: buffers 2, then ½·2 − 1/1 = 0.
  p = two_steps({.learning_rate = 0.1, .alpha = 0.75, .epsilon = 1e-300, .momentum = 0.5});
  CHECK(p[0] == Approx(0.8).epsilon(1e-15));
  CHECK(p[1] == Approx(0.8).epsilon(1e-15));
  // Centered: v = 1, mean = ½, √(1 − ¼); then v = 1, mean = ⅜ − ¼ = ⅛, √(1 − 1/64).
  p = two_steps({.learning_rate = 0.1, .alpha = 0.75, .epsilon = 1e-300, .centered = true});
  CHECK(p[0] == Approx(1.0 - 0.2 / std::sqrt(0.75)).epsilon(1e-15));
  CHECK(p[1] == Approx(p[0] + 0.1 / std::sqrt(63.0 / 64.0)).epsilon(1e-14));
  // Decay is coupled: the gradient is 2 + ½·1, v = ¼·2.5².
  p = two_steps({.learning_rate = 0.1, .alpha = 0.75, .epsilon = 1.0, .weight_decay = 0.5});
  CHECK(p[0] == Approx(1.0 - 0.1 * 2.5 / (1.25 + 1.0)).epsilon(1e-15));
}

TEST_CASE("the learning rate is applied after momentum") {
  const et::Schedule rate([](std::int64_t step) { return step == 1 ? 1.0 : 0.0; });
  const Eigen::Vector2d p =
      two_steps({.learning_rate = rate, .alpha = 0.75, .epsilon = 1e-300, .momentum = 0.75});
  CHECK(p[0] == 1.0);
  CHECK(p[1] == Approx(1.0 - 0.5).epsilon(1e-15));  // buffer ¾·2 − 1; folded in it would be −1
}

TEST_CASE("defaults are PyTorch's") {
  // v = .01·4, √v = .2.
  CHECK(two_steps({})[0] == Approx(1.0 - 1e-2 * 2.0 / (0.2 + 1e-8)).epsilon(1e-14));
}

TEST_CASE("options out of range throw") {
  using RmsProp = et::RmsProp<double>;
  CHECK_THROWS_WITH(RmsProp({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(RmsProp({.learning_rate = HUGE_VAL}),
                    "constant: rate must be in [0, inf), got inf");
  CHECK_THROWS_WITH(RmsProp({.alpha = 1.0}), "rms_direction: alpha must be in [0, 1), got 1");
  CHECK_THROWS_WITH(RmsProp({.alpha = -0.5}), "rms_direction: alpha must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(RmsProp({.epsilon = 0.0}), "rms_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(RmsProp({.epsilon = std::nan("")}),
                    "rms_direction: epsilon must be in (0, inf), got nan");
  CHECK_THROWS_WITH(RmsProp({.weight_decay = -1.0}),
                    "add_decay: decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(RmsProp({.momentum = 1.0}), "momentum: momentum must be in [0, 1), got 1");
  CHECK_THROWS_WITH(RmsProp({.momentum = -0.5}), "momentum: momentum must be in [0, 1), got -0.5");
}
