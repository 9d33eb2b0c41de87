// SPDX-License-Identifier: MIT
// The table's optimizers that look at whole tensors and matrices.
#include "eigentrain/optim/adafactor.hpp"
#include "eigentrain/optim/lamb.hpp"
#include "eigentrain/optim/lars.hpp"
#include "eigentrain/optim/muon_with_adamw.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

template <class S>
OptimizerCases<S> ratio_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"Lamb", 1e-2, [](R r) -> Any { return Lamb<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true, {.reach = Reach::tensor, .settles = false}},
      {"Lamb bounded", 1e-2, [](R r) -> Any { return Lamb<S>({.learning_rate = r, .weight_decay = 0.0, .least_weight = 0.5, .most_weight = 10.0}); }, false, {.reach = Reach::tensor}},
      {"Lars", 1e-1, [](R r) -> Any { return Lars<S>({.learning_rate = r, .momentum = 0.5, .weight_decay = 1e-4, .trust_coefficient = 0.05}); }, true, {.reach = Reach::tensor, .settles = false}},
      {"MuonWithAdamW", 2e-2, [](R r) -> Any { return MuonWithAdamW<S>({.muon = {.learning_rate = r, .weight_decay = 1e-4}, .adamw = {.learning_rate = r, .weight_decay = 1e-4}}); }, true, {.reach = Reach::matrix}},
      {"Adafactor", 5e-2, [](R r) -> Any { return Adafactor<S>({.learning_rate = r, .epsilon1 = 1e-4}); }, false, {.reach = Reach::matrix, .scale_is_rate = false}},
      {"Adafactor fixed", 5e-2, [](R r) -> Any { return Adafactor<S>({.learning_rate = r, .epsilon1 = 1e-4, .weight_decay = 1e-4, .relative_step = false, .scale_parameter = false}); }, true, {.reach = Reach::matrix}},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(ratio_cases);

}  // namespace eigentrain::test
