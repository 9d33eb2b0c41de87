// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adafactor.hpp"

#include <Eigen/Core>
#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("the step is relative to the parameter and to the root of the step's number") {
  const Eigen::Vector3d p =
      three_steps(et::Adafactor<double>({.learning_rate = 0.75}), 1.0, 2.0, 2.0, 2.0);
  CHECK(p[0] == Approx(0.25).epsilon(1e-14));
  CHECK(p[1] == Approx(0.25 * (1 - std::sqrt(0.5))).epsilon(1e-14));
  CHECK(p[2] == Approx(0.25 * (1 - std::sqrt(0.5)) * (1 - std::sqrt(1.0 / 3))).epsilon(1e-14));
}

TEST_CASE("both can be left out, and decay goes with the rate alone") {
  const Eigen::Vector3d p = three_steps(et::Adafactor<double>({.learning_rate = 0.75,
                                                               .weight_decay = 0.5,
                                                               .relative_step = false,
                                                               .scale_parameter = false}),
                                        8.0, 2.0, -2.0, 0.0);
  CHECK(p[0] == Approx(8 - 3 - 0.75).epsilon(1e-14));
  CHECK(p[1] == Approx(4.25 * 0.625 + 0.75).epsilon(1e-14));
  CHECK(p[2] == Approx((4.25 * 0.625 + 0.75) * 0.625).epsilon(1e-14));
}

TEST_CASE("a rate by hand") {
  et::Adafactor<float> optimizer;
  CHECK(optimizer.learning_rate() == 0.01);
  optimizer.set_learning_rate(0.5);
  CHECK(optimizer.learning_rate() == 0.5);
}

TEST_CASE("Adafactor: defaults are PyTorch's, and options out of range throw") {
  using Adafactor = et::Adafactor<float>;
  const et::AdafactorOptions options;
  CHECK(options.learning_rate(0) == 1e-2);
  CHECK(options.beta2_decay == -0.8);
  CHECK(options.epsilon2 == 1e-3);
  CHECK(options.clip == 1.0);
  CHECK(options.weight_decay == 0.0);
  CHECK_THROWS_WITH(Adafactor({.weight_decay = -1.0}),
                    "adafactor: weight_decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Adafactor({.beta2_decay = 1.0}),
                    "adafactor_direction: beta2_decay must be in [-100, 0], got 1");
  CHECK_THROWS_WITH(Adafactor({.clip = -1.0}),
                    "adafactor_direction: clip must be in (0, inf], got -1");
  Eigen::VectorXf p = Eigen::VectorXf::Ones(2), g = p;
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  Adafactor bad({.learning_rate = et::Schedule([](std::int64_t) { return -1.0; })});
  CHECK_THROWS_WITH(
      bad.step(parameters),
      "adafactor: the learning rate must be in [0, inf), but the schedule gives -1 at "
      "step 0");
  CHECK(p[0] == 1.0f);
}
