// SPDX-License-Identifier: MIT
#include "eigentrain/optim/lion.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("Lion's decay is decoupled") {
  Eigen::Vector3d p(64.0, 64.0, -64.0), g(0.0, 1e-9, 1e9);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  et::Lion<double> optimizer({.learning_rate = 0.5, .weight_decay = 0.25});
  optimizer.step(parameters);
  CHECK(p == Eigen::Vector3d(56.0, 55.5, -56.5));
}

TEST_CASE("a run of Lion has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::Lion<float>({.learning_rate = 0.01, .weight_decay = 0.1})) ==
          0x8454DEB8C3A12448u);
  });
}

TEST_CASE("Lion's defaults are its authors', and bad options throw") {
  CHECK(et::LionOptions{}.learning_rate(0) == 1e-4);
  CHECK(et::LionOptions{}.weight_decay == 0.0);
  CHECK_THROWS_WITH(et::Lion<float>({.weight_decay = -1.0}),
                    "decay_weights: decay must be in [0, inf), got -1");
}
