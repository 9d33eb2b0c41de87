// SPDX-License-Identifier: MIT
// AdaGrad.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adagrad.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of AdaGrad and adagrad().
struct AdaGradOptions {
  Schedule learning_rate = 1e-2;           ///< η ≥ 0, a number or a schedule
  double learning_rate_decay = 0.0;        ///< δ ≥ 0: the rate is η/(1 + (t − 1)·δ), t from 1
  double weight_decay = 0.0;               ///< λ ≥ 0, coupled: added to the gradient
  double initial_accumulator_value = 0.0;  ///< ≥ 0; 0.1 in Keras and Optax
  double epsilon = 1e-10;                  ///< > 0
  bool epsilon_inside_root = false;        ///< g/√(s + ε), as in Keras and Optax
};

/// AdaGrad as a sequence, for use inside chain(): add_decay, adagrad_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adagrad({}));
template <std::same_as<AdaGradOptions> Options = AdaGradOptions>
auto adagrad(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  adagrad_direction({.learning_rate_decay = options.learning_rate_decay,
                                     .initial_accumulator_value = options.initial_accumulator_value,
                                     .epsilon = options.epsilon,
                                     .epsilon_inside_root = options.epsilon_inside_root}),
                  descend(options.learning_rate));
}

/// AdaGrad: s ← s + g², p ← p − η·g/(√s + ε); see adagrad_direction().
///
///     et::AdaGrad<float> optimizer({.learning_rate = 0.01});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.Adagrad's; its `lr_decay` is learning_rate_decay. Throws
/// std::invalid_argument for options out of range.
template <class S>
using AdaGrad = Named<S, AdaGradOptions, adagrad<Later<S, AdaGradOptions>>>;

}  // namespace eigentrain
