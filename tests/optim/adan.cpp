// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adan.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("Adan's decay is proximal, or not") {
  const auto stepped = [](bool no_prox) {
    Eigen::Vector2d p(60.0, 60.0), g(0.0, 1.0);
    et::Parameters<double> parameters;
    parameters.add("p", p, g);
    et::Adan<double> optimizer(
        {.learning_rate = 0.5, .epsilon = 1e-300, .weight_decay = 0.5, .no_prox = no_prox});
    optimizer.step(parameters);
    return p;
  };
  CHECK(stepped(false)[0] == Approx(48.0).epsilon(1e-15));  // 60/1.25
  CHECK(stepped(false)[1] == Approx(47.6).epsilon(1e-15));  // 59.5/1.25
  CHECK(stepped(true)[0] == 45.0);
  CHECK(stepped(true)[1] == Approx(44.5).epsilon(1e-15));
}

TEST_CASE("a run of Adan has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::Adan<float>({.learning_rate = 0.01, .weight_decay = 0.1})) ==
          0x7390A29CC2498F97u);
  });
}

TEST_CASE("Adan's defaults are its authors', and bad options throw") {
  CHECK(et::AdanOptions{}.learning_rate(0) == 1e-3);
  CHECK(!et::AdanOptions{}.no_prox);
  CHECK_THROWS_WITH(et::Adan<float>({.weight_decay = -1.0}),
                    "descend_with_decay: weight_decay must be in [0, inf), got -1");
}
