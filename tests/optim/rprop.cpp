// SPDX-License-Identifier: MIT
#include "eigentrain/optim/rprop.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("defaults are PyTorch's") {
  const et::RpropOptions options;
  CHECK(options.learning_rate == 1e-2);
  CHECK(options.eta_minus == 0.5);
  CHECK(options.eta_plus == 1.2);
  CHECK(options.min_step == 1e-6);
  CHECK(options.max_step == 50.0);
}

TEST_CASE("the learning rate is the first step") {
  const Eigen::Vector3d p =
      three_steps(et::Rprop<double>({.learning_rate = 0.25}), 1.0, 7.0, 0.5, -2.0);
  CHECK(p[0] == 0.75);
  CHECK(p[1] == Approx(0.45).epsilon(1e-15));
  CHECK(p[2] == p[1]);
}

TEST_CASE("a tensor's scale multiplies its steps, and a frozen one begins when it thaws") {
  Eigen::Vector2d p(0.0, 0.0), q = p, g(1.0, -1.0);
  et::Parameters<double> parameters;
  parameters.add("p", p, g, {.learning_rate_scale = 0.5}).add("q", q, g, {.frozen = true});
  et::Rprop<double> optimizer({.learning_rate = 0.25});
  optimizer.step(parameters);
  CHECK(p == Eigen::Vector2d(-0.125, 0.125));
  CHECK(q == Eigen::Vector2d(0.0, 0.0));
  parameters.set_options("q", {});
  optimizer.step(parameters);
  CHECK(q == Eigen::Vector2d(-0.25, 0.25));
}

TEST_CASE("options out of range throw") {
  using Rprop = et::Rprop<double>;
  CHECK_THROWS_WITH(Rprop({.learning_rate = 0.0}),
                    "rprop_direction: initial_step must be in (0, inf), got 0");
  CHECK_THROWS_WITH(Rprop({.eta_plus = 0.9}),
                    "rprop_direction: eta_plus must be in (1, inf), got 0.9");
  CHECK_THROWS_WITH(Rprop({.max_step = std::nan("")}),
                    "rprop_direction: max_step must be in [1e-06, inf), got nan");
}
