// SPDX-License-Identifier: MIT
// Makers of steps for the optimizers' contest; see stepper.hpp.
#pragma once

#include <memory>
#include <vector>

#include "rules.hpp"
#include "stepper.hpp"

namespace bench {

using MakeRuleStepper = std::unique_ptr<Stepper> (*)(Rule, const RuleSettings&,
                                                     const std::vector<Tensor>&);

/// eigentrain, compiled with the flags of the whole build.
std::unique_ptr<Stepper> make_eigentrain_rule(Rule, const RuleSettings&,
                                              const std::vector<Tensor>&);
/// eigentrain with OpenMP; the number of threads is that of set_eigentrain_threads().
std::unique_ptr<Stepper> make_eigentrain_rule_threads(Rule, const RuleSettings&,
                                                      const std::vector<Tensor>&);
void set_eigentrain_threads(int count);
/// LibTorch on one thread, on tensors of its own; nothing where it doesn't have the rule.
std::unique_ptr<Stepper> make_torch_rule(Rule, const RuleSettings&, const std::vector<Tensor>&);

}  // namespace bench
