// SPDX-License-Identifier: MIT
#include "eigentrain/optim/schedule_free_adamw.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("a run of ScheduleFreeAdamW has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::ScheduleFreeAdamW<float>(
              {.learning_rate = 0.1, .weight_decay = 0.01, .warmup_steps = 20})) ==
          0xD44162F398C98A7Bu);
  });
}

TEST_CASE("ScheduleFreeAdamW's defaults are its authors', and bad options throw") {
  const et::ScheduleFreeAdamWOptions options;
  CHECK(options.learning_rate(0) == 2.5e-3);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK_THROWS_WITH(et::ScheduleFreeAdamW<float>({.beta1 = 0.0}),
                    "schedule_free: momentum must be in (0, 1), got 0");
  CHECK_THROWS_WITH(et::ScheduleFreeAdamW<float>({.beta2 = 1.0}),
                    "corrected_rms_direction: beta must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::ScheduleFreeAdamW<float>({.weight_decay = -1.0}),
                    "decay_weights: decay must be in [0, inf), got -1");
}
