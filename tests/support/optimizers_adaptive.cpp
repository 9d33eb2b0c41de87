// SPDX-License-Identifier: MIT
// The table's other adaptive optimizers of PyTorch's.
#include "eigentrain/optim/adadelta.hpp"
#include "eigentrain/optim/adagrad.hpp"
#include "eigentrain/optim/adamax.hpp"
#include "eigentrain/optim/nadam.hpp"
#include "eigentrain/optim/radam.hpp"
#include "eigentrain/optim/rprop.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

namespace {

/// For AdaDelta, whose steps have the unit of the parameter and whose rate is near 1.
Schedule times_512(const Schedule& rate) {
  return [rate](std::int64_t step) { return 512.0 * rate(step); };
}

}  // namespace

template <class S>
OptimizerCases<S> adaptive_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"AdaGrad", 0.5, [](R r) -> Any { return AdaGrad<S>({.learning_rate = r}); }},
      {"AdaGrad all", 0.5, [](R r) -> Any { return AdaGrad<S>({.learning_rate = r, .learning_rate_decay = 1e-6, .weight_decay = 1e-4, .initial_accumulator_value = 0.1, .epsilon = 1e-7, .epsilon_inside_root = true}); }, true},
      {"AdaDelta", 1.0 / 512.0, [](R r) -> Any { return AdaDelta<S>({.learning_rate = times_512(r)}); }},
      {"AdaDelta decay", 1.0 / 512.0, [](R r) -> Any { return AdaDelta<S>({.learning_rate = times_512(r), .weight_decay = 1e-4}); }, true},
      {"AdaMax", 5e-2, [](R r) -> Any { return AdaMax<S>({.learning_rate = r}); }},
      {"AdaMax all", 5e-2, [](R r) -> Any { return AdaMax<S>({.learning_rate = r, .weight_decay = 1e-4, .epsilon_at_divisor = true}); }, true},
      {"NAdam", 2e-2, [](R r) -> Any { return NAdam<S>({.learning_rate = r}); }},
      {"NAdam decay", 2e-2, [](R r) -> Any { return NAdam<S>({.learning_rate = r, .epsilon = 1e-3, .weight_decay = 1e-4}); }, true},
      {"RAdam", 2e-3, [](R r) -> Any { return RAdam<S>({.learning_rate = r}); }},
      {"RAdam decay", 2e-3, [](R r) -> Any { return RAdam<S>({.learning_rate = r, .weight_decay = 1e-4}); }, true},
      {"Rprop", 1e-2, [](R r) -> Any { return chain<S>(rprop_direction({.initial_step = 1.0, .max_step = 1.5}), descend(r)); }},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(adaptive_cases);

}  // namespace eigentrain::test
