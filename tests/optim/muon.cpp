// SPDX-License-Identifier: MIT
#include "eigentrain/optim/muon.hpp"

#include <Eigen/Core>
#include <cmath>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("decay is decoupled and follows the rate, not the shape") {
  Eigen::MatrixXd w = Eigen::MatrixXd::Constant(8, 2, 4.0), g = Eigen::MatrixXd::Zero(8, 2);
  et::Parameters<double> parameters;
  parameters.add("w", w, g);
  et::Muon<double> optimizer({.learning_rate = 0.5, .weight_decay = 0.25});
  optimizer.step(parameters);
  CHECK(w == Eigen::MatrixXd::Constant(8, 2, 3.5));
}

TEST_CASE("a tall matrix moves by more") {
  const et::NewtonSchulzOptions exact{.a = 1.5, .b = -0.5, .c = 0.0, .rounds = 50};
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(8, 2), g = w;
  g(0, 0) = 3.0;
  g(5, 1) = -0.1;
  et::Parameters<double> parameters;
  parameters.add("w", w, g);
  et::Muon<double> by_shape({.learning_rate = 0.5, .iteration = exact});
  by_shape.step(parameters);
  CHECK(w(0, 0) == Approx(-1.0).epsilon(1e-12));  // √(8/2)·½
  CHECK(w(5, 1) == Approx(1.0).epsilon(1e-12));
  w.setZero();
  et::Muon<double> as_adamw(
      {.learning_rate = 0.5, .scale = et::MuonScale::adamw, .iteration = exact});
  as_adamw.step(parameters);
  CHECK(w(0, 0) == Approx(-0.1 * std::sqrt(8.0)).epsilon(1e-12));
}

TEST_CASE("Muon: defaults are PyTorch's, and options out of range throw") {
  using Muon = et::Muon<float>;
  const et::MuonOptions options;
  CHECK(options.learning_rate(0) == 1e-3);
  CHECK(options.momentum == 0.95);
  CHECK(options.nesterov);
  CHECK(options.weight_decay == 0.1);
  CHECK(options.iteration.a == 3.4445);
  CHECK(options.iteration.b == -4.775);
  CHECK(options.iteration.c == 2.0315);
  CHECK(options.iteration.rounds == 5);
  CHECK(options.iteration.epsilon == 1e-7);
  CHECK_THROWS_WITH(Muon({.momentum = -0.1}),
                    "muon_direction: momentum must be in [0, 1), got -0.1");
  CHECK_THROWS_WITH(Muon({.weight_decay = -1.0}),
                    "decay_weights: decay must be in [0, inf), got -1");
  CHECK_THROWS_WITH(Muon({.iteration = {.rounds = 0}}),
                    "muon_direction: rounds must be in [1, 100), got 0");
}
