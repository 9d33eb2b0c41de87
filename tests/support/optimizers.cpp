// SPDX-License-Identifier: MIT
#include "support/optimizers.hpp"

#include <iterator>

namespace eigentrain::test {

template <class S>
OptimizerCases<S> optimizers() {
  OptimizerCases<S> all;
  for (const auto part : {
           momentum_cases<S>,
           rms_cases<S>,
           adam_cases<S>,
           ratio_cases<S>,
           adaptive_cases<S>,
           sign_cases<S>,
           schedule_free_cases<S>,
           wrapped_cases<S>,
       }) {
    OptimizerCases<S> cases = part();
    all.insert(all.end(), std::move_iterator(cases.begin()), std::move_iterator(cases.end()));
  }
  return all;
}

EIGENTRAIN_TEST_INSTANTIATE(optimizers);

}  // namespace eigentrain::test
