// SPDX-License-Identifier: MIT
// The table's Adam and its nearest relatives.
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/clip_value.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

template <class S>
OptimizerCases<S> adam_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"Adam", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r}); }},
      {"AmsGrad", 5e-2, [](R r) -> Any { return AmsGrad<S>({.learning_rate = r}); }},
      {"Adam decay", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"AdamW", 2e-2, [](R r) -> Any { return AdamW<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"AmsGradW", 5e-2, [](R r) -> Any { return AmsGradW<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"clipped AdamW", 2e-2, [](R r) -> Any { return chain<S>(clip_by_global_norm(0.5), adamw({.learning_rate = r, .weight_decay = 1e-4})); }, true, {.reach = Reach::list, .refuses_nan = true}},
      {"value-clipped Adam", 2e-2, [](R r) -> Any { return chain<S>(clip_by_value(0.5), adam({.learning_rate = r})); }},
      {"Adam epsilon hat", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r, .epsilon_hat = true}); }},
      {"Adam uncorrected", 2e-2, [](R r) -> Any { return Adam<S>({.learning_rate = r, .bias_correction = false}); }},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(adam_cases);

}  // namespace eigentrain::test
