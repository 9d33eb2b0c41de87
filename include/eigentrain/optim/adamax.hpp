// SPDX-License-Identifier: MIT
// AdaMax.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adamax.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of AdaMax and adamax().
struct AdaMaxOptions {
  Schedule learning_rate = 2e-3;    ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;               ///< in [0, 1)
  double beta2 = 0.999;             ///< in [0, 1)
  double epsilon = 1e-8;            ///< > 0
  double weight_decay = 0.0;        ///< λ ≥ 0, coupled: added to the gradient
  bool epsilon_at_divisor = false;  ///< ε is added to the largest size, as in Keras
};

/// AdaMax as a sequence, for use inside chain(): add_decay, adamax_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adamax({}));
template <std::same_as<AdaMaxOptions> Options = AdaMaxOptions>
auto adamax(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  adamax_direction({.beta1 = options.beta1,
                                    .beta2 = options.beta2,
                                    .epsilon = options.epsilon,
                                    .epsilon_at_divisor = options.epsilon_at_divisor}),
                  descend(options.learning_rate));
}

/// AdaMax: p ← p − η·m̂/max(β₂·n, |g| + ε); see adamax_direction().
///
///     et::AdaMax<float> optimizer({.learning_rate = 2e-3});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.Adamax's. Throws std::invalid_argument for options out of
/// range.
template <class S>
using AdaMax = Named<S, AdaMaxOptions, adamax<Later<S, AdaMaxOptions>>>;

}  // namespace eigentrain
