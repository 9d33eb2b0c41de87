// SPDX-License-Identifier: MIT
// NAdam.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/nadam.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of NAdam and nadam().
struct NAdamOptions {
  Schedule learning_rate = 2e-3;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;             ///< in [0, 1)
  double beta2 = 0.999;           ///< in [0, 1)
  double epsilon = 1e-8;          ///< > 0
  double weight_decay = 0.0;      ///< λ ≥ 0, coupled: added to the gradient
  double momentum_decay = 4e-3;   ///< ψ in [0, ∞]; 1 in Keras, infinite in Optax
};

/// NAdam as a sequence, for use inside chain(): add_decay, nadam_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::nadam({}));
template <std::same_as<NAdamOptions> Options = NAdamOptions>
auto nadam(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  nadam_direction({.beta1 = options.beta1,
                                   .beta2 = options.beta2,
                                   .epsilon = options.epsilon,
                                   .momentum_decay = options.momentum_decay}),
                  descend(options.learning_rate));
}

/// NAdam: Adam with Nesterov's momentum; see nadam_direction().
///
///     et::NAdam<float> optimizer({.learning_rate = 2e-3});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.NAdam's, since PyTorch 2.0. Throws std::invalid_argument for
/// options out of range.
template <class S>
using NAdam = Named<S, NAdamOptions, nadam<Later<S, NAdamOptions>>>;

}  // namespace eigentrain
