// SPDX-License-Identifier: MIT
#include "eigentrain/optim/prodigy.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("a run of Prodigy has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::Prodigy<float>(
              {.weight_decay = 0.01, .d0 = 1e-3, .bias_correction = true})) == 0x94E6CA7CB8C75F1Eu);
  });
}

TEST_CASE("Prodigy's defaults are its authors', and bad options throw") {
  const et::ProdigyOptions options;
  CHECK(options.learning_rate(0) == 1.0);
  CHECK(options.d0 == 1e-6);
  CHECK_THROWS_WITH(et::Prodigy<float>({.d0 = -1.0}),
                    "prodigy_descent: d0 must be in (0, inf), got -1");
}
