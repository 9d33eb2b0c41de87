// SPDX-License-Identifier: MIT
// The table's optimizers that divide by the root of mean squares.
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

template <class S>
OptimizerCases<S> rms_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"RmsProp", 1e-2, [](R r) -> Any { return RmsProp<S>({.learning_rate = r}); }},
      {"RmsProp momentum", 2e-3, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .momentum = 0.9}); }},
      {"RmsProp centered", 1e-2, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .centered = true}); }},
      {"RmsProp all", 1e-3, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .alpha = 0.9, .weight_decay = 1e-4, .momentum = 0.9, .centered = true}); }, true},
      {"clipped RmsProp", 2e-3, [](R r) -> Any { return chain<S>(clip_by_global_norm(20.0), rms_prop({.learning_rate = r, .momentum = 0.9})); }, false, {.reach = Reach::list, .refuses_nan = true}},
      {"RmsProp inside", 1e-2, [](R r) -> Any { return RmsProp<S>({.learning_rate = r, .epsilon_inside_root = true}); }},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(rms_cases);

}  // namespace eigentrain::test
