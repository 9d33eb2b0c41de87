// SPDX-License-Identifier: MIT
#include "eigentrain/optim/adabelief.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("a run of AdaBelief has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::AdaBelief<float>({.learning_rate = 0.01, .weight_decay = 0.1})) ==
          0xBBE2DC614F73DF40u);
    CHECK(et::test::run_hash(et::AdaBelief<float>({.epsilon = 1e-8, .rectify = true})) ==
          0x69F70AA2210D54DAu);
  });
}

TEST_CASE("AdaBelief's defaults are its authors', and bad options throw") {
  CHECK(et::AdaBeliefOptions{}.learning_rate(0) == 1e-3);
  CHECK(!et::AdaBeliefOptions{}.rectify);
  CHECK_THROWS_WITH(et::AdaBelief<float>({.weight_decay = -1.0}),
                    "decay_weights: decay must be in [0, inf), got -1");
}
