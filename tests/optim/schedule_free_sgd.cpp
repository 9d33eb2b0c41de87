// SPDX-License-Identifier: MIT
#include "eigentrain/optim/schedule_free_sgd.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/run_hash.hpp"

namespace et = eigentrain;

TEST_CASE("a run of ScheduleFreeSgd has the same bits at every level") {
  et::test::at_every_level([] {
    CHECK(et::test::run_hash(et::ScheduleFreeSgd<float>(
              {.learning_rate = 0.1, .weight_decay = 0.01, .warmup_steps = 20, .r = 0.5})) ==
          0xCB2C526B1B9416A3u);
  });
}

TEST_CASE("ScheduleFreeSgd's defaults are its authors', and bad options throw") {
  const et::ScheduleFreeSgdOptions options;
  CHECK(options.learning_rate(0) == 1.0);
  CHECK(options.momentum == 0.9);
  CHECK(options.weight_lr_power == 2.0);
  CHECK_THROWS_WITH(et::ScheduleFreeSgd<float>({.momentum = 1.0}),
                    "schedule_free: momentum must be in (0, 1), got 1");
  CHECK_THROWS_WITH(et::ScheduleFreeSgd<float>({.weight_decay = -1.0}),
                    "add_decay: decay must be in [0, inf), got -1");
}
