// SPDX-License-Identifier: MIT
#include "eigentrain/optim/nadam.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;
using et::test::three_steps;

TEST_CASE("defaults are PyTorch's") {
  const et::NAdamOptions options;
  CHECK(options.learning_rate(0) == 2e-3);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK(options.epsilon == 1e-8);
  CHECK(options.weight_decay == 0.0);
  CHECK(options.momentum_decay == 4e-3);
}

TEST_CASE("the first step is 1.05645 of the rate, and decay is coupled") {
  Eigen::Vector3d p = three_steps(et::NAdam<double>({.learning_rate = 1.0}), 0.0, 3.0, 3.0, 3.0);
  CHECK(-p[0] == Approx(1.05645).margin(5e-6));
  p = three_steps(et::NAdam<double>({.learning_rate = 1.0, .weight_decay = 0.5}), 4.0, 0.0, 0.0,
                  0.0);
  CHECK(4.0 - p[0] == Approx(1.05645).margin(5e-6));
}

TEST_CASE("the product of momentums is copied with the optimizer, and not moved by a failed step") {
  bool fails = false;
  const et::Schedule rate([&](std::int64_t) { return fails ? -1.0 : 0.5; });
  Eigen::Matrix<double, 1, 1> p(1.0), q(1.0), g(1.0);
  et::Parameters<double> plain, disturbed;
  plain.add("p", p, g);
  disturbed.add("q", q, g);
  et::NAdam<double> one({.learning_rate = rate}), other({.learning_rate = rate});
  for (int step = 0; step < 40; ++step) {
    g[0] = step % 3 == 0 ? -1.0 : 0.5;
    one.step(plain);
    if (step % 5 == 2) {
      fails = true;
      CHECK_THROWS_AS(other.step(disturbed), std::invalid_argument);
      fails = false;
      const et::NAdam<double> copy = other;
      other = et::NAdam<double>({.learning_rate = rate});
      other = copy;
    }
    other.step(disturbed);
    REQUIRE(p[0] == q[0]);
    REQUIRE(other.measured<et::NAdamDirection>().count == step + 1);
  }
}

TEST_CASE("options out of range throw") {
  using NAdam = et::NAdam<double>;
  CHECK_THROWS_WITH(NAdam({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(NAdam({.beta1 = 1.0}), "nadam_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(NAdam({.momentum_decay = -1.0}),
                    "nadam_direction: momentum_decay must be in [0, inf], got -1");
}
