// SPDX-License-Identifier: MIT
// Adam with coupled weight decay.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adam.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Adam and adam().
struct AdamOptions {
  Schedule learning_rate = 1e-3;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;             ///< in [0, 1)
  double beta2 = 0.999;           ///< in [0, 1)
  double epsilon = 1e-8;          ///< > 0
  double weight_decay = 0.0;      ///< λ ≥ 0, coupled: added to the gradient, before the moments
  bool epsilon_hat = false;       ///< ε is added to √v, not to √v̂, as in Keras and TensorFlow
  bool bias_correction = true;    ///< false: m and v in the place of m̂ and v̂, as in MLX
};

/// Adam as a sequence, for use inside chain(): add_decay, adam_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adam({}));
template <std::same_as<AdamOptions> Options = AdamOptions>
auto adam(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  adam_direction(detail::adam_direction_options(options)),
                  descend(options.learning_rate));
}

/// Adam: p ← p − η·m̂/(√v̂ + ε); see adam_direction().
///
///     et::Adam<float> optimizer({.learning_rate = 1e-3});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.Adam's (for amsgrad=True see AmsGrad): its
/// weight_decay is coupled, AdamW's is not. Throws
/// std::invalid_argument for options out of range.
template <class S>
using Adam = Named<S, AdamOptions, adam<Later<S, AdamOptions>>>;

}  // namespace eigentrain
