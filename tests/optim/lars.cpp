// SPDX-License-Identifier: MIT
#include "eigentrain/optim/lars.hpp"

#include <Eigen/Core>
#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("the first steps of LARS, by hand") {
  // r·g = ½·p·sign(g): buffers 2, 2·½ + 1·… with η = 1.
  const et::LarsOptions options{
      .learning_rate = 1.0, .momentum = 0.5, .trust_coefficient = 0.5, .epsilon = 0.0};
  const Eigen::Vector3d p = three_steps(et::Lars<double>(options), 4.0, 7.0, 1e-3, -1.0);
  CHECK(p[0] == Approx(2.0).epsilon(1e-14));  // b = 2
  CHECK(p[1] == Approx(0.0).margin(1e-14));   // b = 1 + 1
  CHECK(p[2] == Approx(0.0).margin(1e-14));   // p = 0: no ratio, u = −1; b = 1 − 1
}

TEST_CASE("the learning rate goes into the buffer") {
  // A rate of zero from the second step on lets the buffer run out.
  const et::Schedule rate([](std::int64_t step) { return step == 0 ? 1.0 : 0.0; });
  const Eigen::Vector3d p = three_steps(
      et::Lars<double>({.learning_rate = rate, .momentum = 0.5, .trust_coefficient = 0.25}), 4.0,
      7.0, 7.0, 7.0);
  CHECK(p[0] == Approx(3.0).epsilon(1e-8));
  CHECK(p[1] == Approx(2.5).epsilon(1e-8));
  CHECK(p[2] == Approx(2.25).epsilon(1e-8));
}

TEST_CASE("Lars: defaults are the paper's, and options out of range throw") {
  using Lars = et::Lars<float>;
  const et::LarsOptions options;
  CHECK(options.trust_coefficient == 1e-3);
  CHECK(options.momentum == 0.9);
  CHECK(options.weight_decay == 0.0);
  CHECK(options.epsilon == 1e-8);
  CHECK_THROWS_WITH(Lars({.momentum = 1.0}), "momentum: momentum must be in [0, 1), got 1");
  CHECK_THROWS_WITH(Lars({.dampening = 2.0}), "momentum: dampening must be in [0, 1], got 2");
  CHECK_THROWS_WITH(Lars({.weight_decay = -1.0}),
                    "trust_ratio: weight_decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Lars({.trust_coefficient = 0.0}),
                    "trust_ratio: coefficient must be in (0, inf), got 0");
  CHECK_THROWS_WITH(Lars({.epsilon = -1.0}), "trust_ratio: epsilon must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Lars({.most_ratio = 0.0}),
                    "trust_ratio: most_ratio must be in (0, inf], got 0");
}
