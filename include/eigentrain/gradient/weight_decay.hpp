// SPDX-License-Identifier: MIT
// Weight decay: one rule, in two places of a chain.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

namespace detail {

/// u + λ·p, where the tensor's options let weights decay.
template <class S>
auto decay_rule(double decay) {
  return per_tensor([decay](const ParameterOptions& options) {
    const S factor = options.weight_decay ? S(decay) : S(0);
    return [factor](const auto& u, const auto& p) { return u + factor * p; };
  });
}

}  // namespace detail

/// The transform made by add_decay().
class AddDecay {
 public:
  explicit AddDecay(double decay) : decay_(decay) {
    require_in(ranges::not_negative, decay, "add_decay", "decay");
  }

  /// λ, the strength.
  double decay() const { return decay_; }

  template <class S>
  auto at(const Step&) const {
    // Most optimizers have this, and most programs leave it at zero.
    const auto none = [](const auto& u, const auto&) { return u; };
    return either(decay_ == 0.0, none, detail::decay_rule<S>(decay_));
  }

 private:
  double decay_;
};

/// The transform made by decay_weights().
class DecayWeights {
 public:
  explicit DecayWeights(double decay) : decay_(decay) {
    require_in(ranges::not_negative, decay, "decay_weights", "decay");
  }

  /// λ, the strength.
  double decay() const { return decay_; }

  template <class S>
  auto at(const Step&) const {
    return detail::decay_rule<S>(decay_);
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
inline AddDecay add_decay(double decay) {
  return AddDecay(decay);
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
inline DecayWeights decay_weights(double decay) {
  return DecayWeights(decay);
}

}  // namespace eigentrain
