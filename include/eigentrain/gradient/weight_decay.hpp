// SPDX-License-Identifier: MIT
// Weight decay: one rule, whose place in the chain decides what it is.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The transform made by add_decay() and decay_weights().
class WeightDecay {
 public:
  WeightDecay(double decay, std::string_view owner) : decay_(decay) {
    require_in(ranges::not_negative, decay, owner, "decay");
  }

  double decay() const { return decay_; }

  template <class S>
  auto at(const Step&) const {
    return per_tensor([decay = decay_](const ParameterOptions& options) {
      const S factor = options.weight_decay ? S(decay) : S(0);
      return [factor](const auto& u, const auto& p) { return u + factor * p; };
    });
  }

 private:
  double decay_;
};

/// Coupled L2 regularization, to stand BEFORE the direction: u ← u + λ·p, the gradient of
/// (λ/2)‖p‖₂². The direction then treats it as part of the gradient, so adaptive methods divide it
/// by their root too: this is `weight_decay` of torch.optim.SGD, RMSprop and Adam.
///
///     auto optimizer = et::chain<float>(et::add_decay(1e-4), et::momentum({}), et::descend(0.1));
///
/// λ ≥ 0 and finite, else std::invalid_argument. Tensors added with {.weight_decay = false} are
/// left out. l2_penalty() is the value.
inline WeightDecay add_decay(double decay) {
  return {decay, "add_decay"};
}

/// Decoupled weight decay, to stand AFTER the direction and before descend(): u ← u + λ·p, so that
/// a step with rate η shrinks the weights by the factor 1 − η·λ whatever the gradient is.
///
///     auto optimizer = et::chain<float>(et::adam_direction({}), et::decay_weights(0.01),
///                                       et::descend(1e-3));
///
/// λ ≥ 0 and finite, else std::invalid_argument. Tensors added with {.weight_decay = false} are
/// left out. Loshchilov & Hutter, "Decoupled Weight Decay Regularization", 2019. As
/// torch.optim.AdamW, where the decay follows the whole rate η; in the paper it follows only the
/// schedule's multiplier, so a λ from there is to be divided by the initial rate.
inline WeightDecay decay_weights(double decay) {
  return {decay, "decay_weights"};
}

}  // namespace eigentrain
