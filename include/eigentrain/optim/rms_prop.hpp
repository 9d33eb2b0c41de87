// SPDX-License-Identifier: MIT
// RMSProp.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/direction/rms.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of RmsProp and rms_prop().
struct RmsPropOptions {
  Schedule learning_rate = 1e-2;  ///< η ≥ 0, a number or a schedule
  double alpha = 0.99;            ///< decay of the mean square, in [0, 1)
  double epsilon = 1e-8;          ///< > 0
  double weight_decay = 0.0;      ///< λ ≥ 0, coupled: added to the gradient
  double momentum = 0.0;          ///< μ in [0, 1), on the direction
  bool centered = false;          ///< divides by the root of v less the square of the mean gradient
  bool epsilon_inside_root = false;  ///< g/√(v + ε), as in Keras and Optax
};

/// RMSProp as a sequence, for use inside chain(): add_decay, rms_direction, momentum, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::rms_prop({}));
template <std::same_as<RmsPropOptions> Options = RmsPropOptions>
auto rms_prop(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  rms_direction({.alpha = options.alpha,
                                 .epsilon = options.epsilon,
                                 .centered = options.centered,
                                 .epsilon_inside_root = options.epsilon_inside_root}),
                  momentum({.momentum = options.momentum}), descend(options.learning_rate));
}

/// RMSProp: p ← p − η·g/(√v + ε), with momentum on that direction; see rms_direction().
///
///     et::RmsProp<float> optimizer({.learning_rate = 1e-3, .alpha = 0.9});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.RMSprop's: the learning rate is applied after momentum.
/// Keras and Optax fold it into the buffer, which is
///
///     auto optimizer = et::chain<float>(
///         et::rms_direction({.alpha = 0.9, .epsilon = 1e-7, .epsilon_inside_root = true}),
///         et::descend(schedule), et::momentum({.momentum = 0.9}));
///
/// Throws std::invalid_argument for options out of range.
template <class S>
using RmsProp = Named<S, RmsPropOptions, rms_prop<Later<S, RmsPropOptions>>>;

}  // namespace eigentrain
