// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adam.hpp"

#include <Eigen/Core>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;

namespace {

Eigen::Vector3d three_steps(const et::AdamOptions& options, double p0, double g1, double g2,
                            double g3) {
  return et::test::three_steps(et::Adam<double>(options), p0, g1, g2, g3);
}

}  // namespace

TEST_CASE("a constant gradient moves a parameter by the rate at every step") {
  // Where t starts at 2, the first step is .745; with powers of beta that advance once a tensor,
  // later ones shrink; without corrections, the first is .316.
  const Eigen::Vector3d p = three_steps({.learning_rate = 0.25}, 1.0, 3.0, 3.0, 3.0);
  CHECK(p[0] == Approx(0.75).epsilon(1e-8));
  CHECK(p[1] == Approx(0.5).epsilon(1e-8));
  CHECK(p[2] == Approx(0.25).epsilon(1e-7));
}

TEST_CASE("the first steps, by hand") {
  // β₁ = ½, β₂ = ¾, gradients 2, −2, 0: m = 1, −½, −¼; v = 1, 7/4, 21/16.
  const Eigen::Vector3d p = three_steps(
      {.learning_rate = 1.0, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.5}, 0.0, 2.0, -2.0, 0.0);
  const double u1 = 2.0 / (2.0 + 0.5);
  const double u2 = (-0.5 / 0.75) / (std::sqrt(1.75 / 0.4375) + 0.5);
  const double u3 = (-0.25 / 0.875) / (std::sqrt(1.3125 / 0.578125) + 0.5);
  CHECK(p[0] == Approx(-u1).epsilon(1e-15));
  CHECK(p[1] == Approx(-u1 - u2).epsilon(1e-14));
  CHECK(p[2] == Approx(-u1 - u2 - u3).epsilon(1e-14));
}

TEST_CASE("decay is coupled: it goes through the moments, which divide it away") {
  const Eigen::Vector3d p =
      three_steps({.learning_rate = 0.25, .weight_decay = 0.5}, 4.0, 0.0, 0.0, 0.0);
  CHECK(p[0] == Approx(3.75).epsilon(1e-7));  // sign(½·4); decoupled it would be 3.5
}

TEST_CASE("all tensors take the same step") {
  std::vector<Eigen::VectorXf> p(4, Eigen::VectorXf::Zero(5)), g(4, Eigen::VectorXf::Ones(5));
  et::Parameters<float> parameters;
  for (std::size_t i = 0; i < p.size(); ++i) parameters.add(et::message("p", i), p[i], g[i]);
  et::Adam<float> optimizer({.learning_rate = 1.0});
  for (int step = 1; step <= 3; ++step) {
    optimizer.step(parameters);
    for (const auto& tensor : p) {
      CHECK(tensor == p[0]);
      CHECK(tensor[4] == Approx(-step).epsilon(1e-5));
    }
  }
}

TEST_CASE("defaults are PyTorch's") {
  const et::AdamOptions options;
  CHECK(options.learning_rate(0) == 1e-3);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK(options.epsilon == 1e-8);
  CHECK(options.weight_decay == 0.0);
}

TEST_CASE("options out of range throw") {
  using Adam = et::Adam<float>;
  CHECK_THROWS_WITH(Adam({.learning_rate = -1.0}), "constant: rate must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Adam({.learning_rate = std::nan("")}),
                    "constant: rate must be in [0, inf), got nan");
  CHECK_THROWS_WITH(Adam({.learning_rate = HUGE_VAL}),
                    "constant: rate must be in [0, inf), got inf");
  CHECK_THROWS_WITH(Adam({.beta1 = 1.0}), "adam_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(Adam({.beta1 = -0.5}), "adam_direction: beta1 must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(Adam({.beta2 = 1.0}), "adam_direction: beta2 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(Adam({.beta2 = std::nan("")}),
                    "adam_direction: beta2 must be in [0, 1), got nan");
  CHECK_THROWS_WITH(Adam({.epsilon = 0.0}), "adam_direction: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(Adam({.epsilon = -1e-8}),
                    "adam_direction: epsilon must be in (0, inf), got -1e-08");
  CHECK_THROWS_WITH(Adam({.weight_decay = -0.5}), "add_decay: decay must be in [0, inf), got -0.5");
  CHECK_THROWS_WITH(Adam({.weight_decay = std::nan("")}),
                    "add_decay: decay must be in [0, inf), got nan");
}
