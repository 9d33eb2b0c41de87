// SPDX-License-Identifier: MIT
// The table's optimizers that need no schedule, or no rate.
#include "eigentrain/optim/prodigy.hpp"
#include "eigentrain/optim/schedule_free_adamw.hpp"
#include "eigentrain/optim/schedule_free_sgd.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

template <class S>
OptimizerCases<S> schedule_free_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"ScheduleFreeSgd", 1e-3, [](R r) -> Any { return ScheduleFreeSgd<S>({.learning_rate = r, .r = 8.0}); }, false, {.settles = false}},
      {"ScheduleFreeAdamW", 2e-2, [](R r) -> Any { return ScheduleFreeAdamW<S>({.learning_rate = r, .weight_decay = 1e-5, .r = 8.0}); }, true, {.settles = false}},
      {"Prodigy", 0.5, [](R r) -> Any { return Prodigy<S>({.learning_rate = r, .weight_decay = 1e-4, .d0 = 0.5}); }, true, {.reach = Reach::list}},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(schedule_free_cases);

}  // namespace eigentrain::test
