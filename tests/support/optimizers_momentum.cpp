// SPDX-License-Identifier: MIT
// The table's gradient descent.
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

template <class S>
OptimizerCases<S> momentum_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"Sgd", 1e-3, [](R r) -> Any { return Sgd<S>({.learning_rate = r}); }},
      {"Sgd momentum", 5e-4, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.9}); }},
      {"Sgd dampening", 1e-3, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.9, .dampening = 0.5}); }},
      {"Sgd nesterov", 5e-4, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.9, .nesterov = true}); }},
      {"Sgd decay", 1e-3, [](R r) -> Any { return Sgd<S>({.learning_rate = r, .momentum = 0.5, .weight_decay = 1e-4}); }, true},
      {"clipped Sgd", 1e-3, [](R r) -> Any { return chain<S>(clip_by_global_norm(20.0), sgd({.learning_rate = r, .momentum = 0.9})); }, false, {.reach = Reach::list, .refuses_nan = true}},
      {"skipping Sgd", 1e-3, [](R r) -> Any { return chain<S>(clip_by_global_norm(20.0, {.non_finite = {.policy = NonFinite::skip}}), sgd({.learning_rate = r, .momentum = 0.9})); }, false, {.reach = Reach::list, .skips_nan = true}},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(momentum_cases);

}  // namespace eigentrain::test
