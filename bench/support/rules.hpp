// SPDX-License-Identifier: MIT
// The rules of the optimizers' contest: their settings, and what a loop needs of them in one step.
#pragma once

#include "memory.hpp"

namespace bench {

enum class Rule { sgd, momentum, rms_prop, adam, adamw, amsgrad, adagrad, lion, lars, lamb };

/// Whether a step needs two norms of a tensor before it can change an element.
constexpr bool has_trust_ratio(Rule rule) {
  return rule == Rule::lars || rule == Rule::lamb;
}

/// The hyperparameters of all rivals; every rule takes those that it has.
struct RuleSettings {
  double learning_rate = 1e-3, momentum = 0.9, alpha = 0.99;
  double beta1 = 0.9, beta2 = 0.999;
  double lion_beta2 = 0.99;
  double epsilon = 1e-8;
  double weight_decay = 0.01;  // AdamW, Lion, LARS and LAMB alone
  double trust = 1e-3;         // LARS alone
};

/// What a loop needs of one step.
struct RuleScalars {
  float rate;  ///< learning rate, over 1 - beta1^t where a rule corrects its first moment
  float keep;  ///< 1 - learning rate * weight decay
  float beta1, rest1, beta2, rest2;  ///< rest = 1 - beta
  float root;                        ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
  float decay;  ///< weight decay, where it enters a trust ratio
  float trust;  ///< a factor of the trust ratio
};

using RuleLoop = void (*)(const Tensor&, const RuleScalars&);

/// A rule's loop with one, two or four registers at a time.
struct RuleLoops {
  RuleLoop loops[3];
};

// Each is compiled for its own instructions; only the one that the processor has may be called.
RuleLoops avx2_loops(Rule rule);
RuleLoops avx512_loops(Rule rule);

}  // namespace bench
