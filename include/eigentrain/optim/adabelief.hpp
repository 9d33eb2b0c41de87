// SPDX-License-Identifier: MIT
// AdaBelief with decoupled weight decay.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adabelief.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of AdaBelief and adabelief().
struct AdaBeliefOptions {
  Schedule learning_rate = 1e-3;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;             ///< in [0, 1)
  double beta2 = 0.999;           ///< in [0, 1)
  double epsilon = 1e-16;         ///< > 0
  double weight_decay = 0.0;      ///< λ ≥ 0, decoupled: a step shrinks weights by 1 − η·λ
  bool rectify = false;           ///< warm up as RAdam does
};

/// AdaBelief as a sequence, for use inside chain(): adabelief_direction, decay_weights, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adabelief({}));
template <std::same_as<AdaBeliefOptions> Options = AdaBeliefOptions>
auto adabelief(const Options& options) {
  return sequence(adabelief_direction({.beta1 = options.beta1,
                                       .beta2 = options.beta2,
                                       .epsilon = options.epsilon,
                                       .rectify = options.rectify}),
                  decay_weights(options.weight_decay), descend(options.learning_rate));
}

/// AdaBelief: p ← p − η·(m̂/(√ŝ + ε) + λp); see adabelief_direction().
///
///     et::AdaBelief<float> optimizer({.learning_rate = 1e-3, .weight_decay = 0.01});
///     optimizer.step(parameters);
///
/// Options and results are those of the authors' adabelief-pytorch, whose `rectify` is on by
/// default; its weight_decouple = False is chain(add_decay(λ), adabelief({...})). Throws
/// std::invalid_argument for options out of range.
template <class S>
using AdaBelief = Named<S, AdaBeliefOptions, adabelief<Later<S, AdaBeliefOptions>>>;

}  // namespace eigentrain
