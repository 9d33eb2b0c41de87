// SPDX-License-Identifier: MIT
// Yogi with coupled weight decay.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/yogi.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Yogi and yogi().
struct YogiOptions {
  Schedule learning_rate = 1e-2;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;             ///< in [0, 1)
  double beta2 = 0.999;           ///< in [0, 1)
  double epsilon = 1e-3;          ///< > 0
  double initial = 1e-6;          ///< the second moment before the first step, ≥ 0
  bool bias_correction = true;    ///< false: as in the paper
  double weight_decay = 0.0;      ///< λ ≥ 0, coupled: added to the gradient, before the moments
};

/// Yogi as a sequence, for use inside chain(): add_decay, yogi_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::yogi({}));
template <std::same_as<YogiOptions> Options = YogiOptions>
auto yogi(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  yogi_direction({.beta1 = options.beta1,
                                  .beta2 = options.beta2,
                                  .epsilon = options.epsilon,
                                  .initial = options.initial,
                                  .bias_correction = options.bias_correction}),
                  descend(options.learning_rate));
}

/// Yogi: p ← p − η·m̂/(√v̂ + ε), v ← v − (1 − β₂)·sign(v − g²)·g²; see yogi_direction().
///
///     et::Yogi<float> optimizer({.learning_rate = 1e-2});
///     optimizer.step(parameters);
///
/// Options are torch_optimizer.Yogi's, and so are the results, but for the first moment's start at
/// 0. Throws std::invalid_argument for options out of range.
template <class S>
using Yogi = Named<S, YogiOptions, yogi<Later<S, YogiOptions>>>;

}  // namespace eigentrain
