// SPDX-License-Identifier: MIT
#include "eigentrain/optim/signum.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("Signum's decay is coupled: it competes with the gradient") {
  Eigen::Vector3d p(8.0, 8.0, -8.0), g(0.0, -1.0, 0.0);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  et::Signum<double> optimizer({.learning_rate = 0.5, .weight_decay = 0.0625});
  optimizer.step(parameters);
  CHECK(p == Eigen::Vector3d(7.5, 8.5, -7.5));
}

TEST_CASE("a run of Signum has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::Signum<float>({.momentum = 0.8, .weight_decay = 0.01})) ==
          0x76FC578B7742B838u);
    CHECK(et::test::run_hash(et::Signum<float>({.momentum = 0.0})) == 0xADB329C5E7756FD0u);
  });
}

TEST_CASE("Signum's defaults are its authors', and bad options throw") {
  CHECK_THROWS_WITH(et::Signum<float>({.weight_decay = -1.0}),
                    "add_decay: decay must be in [0, inf), got -1");
  CHECK(et::SignumOptions{}.learning_rate(0) == 1e-2);
}
