// SPDX-License-Identifier: MIT
// Lion with decoupled weight decay.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/lion.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Lion and lion().
struct LionOptions {
  Schedule learning_rate = 1e-4;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;             ///< in [0, 1)
  double beta2 = 0.99;            ///< in [0, 1)
  double weight_decay = 0.0;      ///< λ ≥ 0, decoupled: a step shrinks weights by 1 − η·λ
};

/// Lion as a sequence, for use inside chain(): lion_direction, decay_weights, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::lion({}));
template <std::same_as<LionOptions> Options = LionOptions>
auto lion(const Options& options) {
  return sequence(lion_direction({.beta1 = options.beta1, .beta2 = options.beta2}),
                  decay_weights(options.weight_decay), descend(options.learning_rate));
}

/// Lion: p ← p − η·(sign(β₁m + (1 − β₁)g) + λp), m ← β₂m + (1 − β₂)g; see lion_direction().
///
///     et::Lion<float> optimizer({.learning_rate = 1e-4, .weight_decay = 0.1});
///     optimizer.step(parameters);
///
/// Options and results are the authors' (google/automl, lion_pytorch.py); optax.lion decays by
/// 1e-3 by default. Throws std::invalid_argument for options out of range.
template <class S>
using Lion = Named<S, LionOptions, lion<Later<S, LionOptions>>>;

}  // namespace eigentrain
