// SPDX-License-Identifier: MIT
// The table's optimizers that look at a tensor as a whole.
#include "eigentrain/optim/lamb.hpp"
#include "eigentrain/optim/lars.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

template <class S>
OptimizerCases<S> ratio_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"Lamb", 2e-2, [](R r) -> Any { return Lamb<S>({.learning_rate = r, .weight_decay = 1e-4, .most_ratio = 10.0}); }, true, {.reach = Reach::tensor}},
      {"Lars", 5e-2, [](R r) -> Any { return Lars<S>({.learning_rate = r, .trust_coefficient = 0.02}); }, false, {.reach = Reach::tensor}},
      {"Lars decay", 5e-2, [](R r) -> Any { return Lars<S>({.learning_rate = r, .nesterov = true, .weight_decay = 1e-4, .trust_coefficient = 0.02}); }, true, {.reach = Reach::tensor}},
  };
  // clang-format on
}

template OptimizerCases<float> ratio_cases();
template OptimizerCases<double> ratio_cases();

}  // namespace eigentrain::test
