// SPDX-License-Identifier: MIT
// Adam with decoupled weight decay.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adam.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of AdamW and adamw().
struct AdamWOptions {
  Schedule learning_rate = 1e-3;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;             ///< in [0, 1)
  double beta2 = 0.999;           ///< in [0, 1)
  double epsilon = 1e-8;          ///< > 0
  double weight_decay = 1e-2;     ///< λ ≥ 0, decoupled: a step shrinks weights by 1 − η·λ
  bool epsilon_hat = false;       ///< ε is added to √v, not to √v̂, as in Keras and TensorFlow
  bool bias_correction = true;    ///< false: m and v in the place of m̂ and v̂, as in MLX
};

/// AdamW as a sequence, for use inside chain(): adam_direction, decay_weights, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}));
template <std::same_as<AdamWOptions> Options = AdamWOptions>
auto adamw(const Options& options) {
  return sequence(adam_direction(detail::adam_direction_options(options)),
                  decay_weights(options.weight_decay), descend(options.learning_rate));
}

/// AdamW: p ← p − η·(m̂/(√v̂ + ε) + λ·p); see adam_direction() and decay_weights().
///
///     et::AdamW<float> optimizer({.learning_rate = 1e-3, .weight_decay = 0.01});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.AdamW's (for amsgrad=True see AmsGradW). Throws
/// std::invalid_argument for options out of range. Loshchilov & Hutter, "Decoupled Weight Decay
/// Regularization", 2019.
template <class S>
using AdamW = Named<S, AdamWOptions, adamw<Later<S, AdamWOptions>>>;

}  // namespace eigentrain
