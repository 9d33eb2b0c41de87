// SPDX-License-Identifier: MIT
// The table's optimizers by signs, and Adam's later relatives.
#include "eigentrain/optim/adabelief.hpp"
#include "eigentrain/optim/adan.hpp"
#include "eigentrain/optim/lion.hpp"
#include "eigentrain/optim/signum.hpp"
#include "eigentrain/optim/yogi.hpp"
#include "support/optimizers.hpp"

namespace eigentrain::test {

template <class S>
OptimizerCases<S> sign_cases() {
  using Any = AnyOptimizer<S>;
  using R = Schedule;
  // clang-format off
  return {
      {"Signum", 1e-3, [](R r) -> Any { return Signum<S>({.learning_rate = r}); }},
      {"Signum plain", 5e-4, [](R r) -> Any { return Signum<S>({.learning_rate = r, .momentum = 0.0, .weight_decay = 1e-5}); }, true},
      {"Lion", 1e-3, [](R r) -> Any { return Lion<S>({.learning_rate = r, .weight_decay = 1e-5}); }, true, {.settles = false}},
      {"AdaBelief", 2e-2, [](R r) -> Any { return AdaBelief<S>({.learning_rate = r, .weight_decay = 1e-5}); }, true},
      {"AdaBelief rectify", 1e-3, [](R r) -> Any { return AdaBelief<S>({.learning_rate = r, .rectify = true}); }},
      {"Yogi", 2e-2, [](R r) -> Any { return Yogi<S>({.learning_rate = r}); }},
      {"Adan", 2e-2, [](R r) -> Any { return Adan<S>({.learning_rate = r, .weight_decay = 1e-5}); }, true, {.settles = false}},
  };
  // clang-format on
}

EIGENTRAIN_TEST_INSTANTIATE(sign_cases);

}  // namespace eigentrain::test
