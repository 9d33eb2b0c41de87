// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adamw.hpp"

#include <Eigen/Core>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;

namespace {

Eigen::Vector3d three_steps(const et::AdamWOptions& options, double p0, double g1, double g2,
                            double g3) {
  return et::test::three_steps(et::AdamW<double>(options), p0, g1, g2, g3);
}

}  // namespace

TEST_CASE("decay is decoupled: without a gradient a step is a factor of 1 - rate * decay") {
  const Eigen::Vector3d p =
      three_steps({.learning_rate = 0.5, .weight_decay = 0.25}, 64.0, 0.0, 0.0, 0.0);
  CHECK(p == Eigen::Vector3d(56.0, 49.0, 42.875));
}

TEST_CASE("the first steps, by hand") {
  // β₁ = ½, β₂ = ¾, gradients 2, −2, 0: m = 1, −½, −¼; v = 1, 7/4, 21/16; decay from p = 8 on.
  const Eigen::Vector3d p = three_steps(
      {.learning_rate = 0.5, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.5, .weight_decay = 0.25},
      8.0, 2.0, -2.0, 0.0);
  const double p1 = 8.0 * 0.875 - 0.5 * 2.0 / (2.0 + 0.5);
  const double p2 = p1 * 0.875 - 0.5 * (-0.5 / 0.75) / (std::sqrt(1.75 / 0.4375) + 0.5);
  const double p3 = p2 * 0.875 - 0.5 * (-0.25 / 0.875) / (std::sqrt(1.3125 / 0.578125) + 0.5);
  CHECK(p[0] == Approx(p1).epsilon(1e-15));
  CHECK(p[1] == Approx(p2).epsilon(1e-14));
  CHECK(p[2] == Approx(p3).epsilon(1e-14));
}

TEST_CASE("decay follows the schedule") {
  const et::Schedule rate([](std::int64_t step) { return step == 1 ? 0.0 : 0.5; });
  const Eigen::Vector3d p =
      three_steps({.learning_rate = rate, .weight_decay = 0.25}, 64.0, 0.0, 0.0, 0.0);
  CHECK(p == Eigen::Vector3d(56.0, 56.0, 49.0));
}

TEST_CASE("biases can be left out of the decay, but not of the step") {
  Eigen::VectorXd bias = Eigen::VectorXd::Constant(2, 64.0), g{{0.0, 1.0}};
  et::Parameters<double> parameters;
  parameters.add("bias", bias, g, {.weight_decay = false});
  et::AdamW<double> optimizer({.learning_rate = 0.5, .weight_decay = 0.25});
  optimizer.step(parameters);
  CHECK(bias[0] == 64.0);
  CHECK(bias[1] == Approx(63.5).epsilon(1e-9));
}

TEST_CASE("all tensors take the same step, and the first has t = 1") {
  std::vector<Eigen::VectorXf> p(4, Eigen::VectorXf::Zero(5)), g(4, Eigen::VectorXf::Ones(5));
  et::Parameters<float> parameters;
  for (std::size_t i = 0; i < p.size(); ++i) parameters.add(et::message("p", i), p[i], g[i]);
  et::AdamW<float> optimizer({.learning_rate = 1.0, .weight_decay = 0.0});
  for (int step = 1; step <= 3; ++step) {
    optimizer.step(parameters);
    for (const auto& tensor : p) {
      CHECK(tensor == p[0]);
      CHECK(tensor[4] == Approx(-step).epsilon(1e-5));
    }
  }
}

TEST_CASE("defaults are PyTorch's") {
  const et::AdamWOptions options;
  CHECK(options.learning_rate(0) == 1e-3);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK(options.epsilon == 1e-8);
  CHECK(options.weight_decay == 1e-2);
}

TEST_CASE("options out of range throw") {
  using AdamW = et::AdamW<float>;
  CHECK_THROWS_WITH(AdamW({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(AdamW({.learning_rate = std::nan("")}),
                    "constant: rate must be in [0, inf), got nan");
  CHECK_THROWS_WITH(AdamW({.learning_rate = HUGE_VAL}),
                    "constant: rate must be in [0, inf), got inf");
  CHECK_THROWS_WITH(AdamW({.beta1 = 1.0}), "adam_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(AdamW({.beta1 = -0.5}), "adam_direction: beta1 must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(AdamW({.beta2 = 1.0}), "adam_direction: beta2 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(AdamW({.beta2 = std::nan("")}),
                    "adam_direction: beta2 must be in [0, 1), got nan");
  CHECK_THROWS_WITH(AdamW({.epsilon = 0.0}), "adam_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(AdamW({.epsilon = -1e-8}),
                    "adam_direction: epsilon must be in (0, inf), got -1e-08");
  CHECK_THROWS_WITH(AdamW({.weight_decay = -0.5}),
                    "decay_weights: decay must be in [0, inf), got -0.5");
  CHECK_THROWS_WITH(AdamW({.weight_decay = std::nan("")}),
                    "decay_weights: decay must be in [0, inf), got nan");
}
