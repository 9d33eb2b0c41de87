// SPDX-License-Identifier: MIT
// Adan with proximal weight decay.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adan.hpp"
#include "eigentrain/schedule/descend_with_decay.hpp"

namespace eigentrain {

/// The options of Adan and adan().
struct AdanOptions {
  Schedule learning_rate = 1e-3;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.98;            ///< decay of the mean gradient, in [0, 1)
  double beta2 = 0.92;            ///< decay of the mean change, in [0, 1)
  double beta3 = 0.99;            ///< decay of the mean square, in [0, 1)
  double epsilon = 1e-8;          ///< > 0
  double weight_decay = 0.0;      ///< λ ≥ 0: a step divides weights by 1 + η·λ
  bool no_prox = false;           ///< true: multiplies them by 1 − η·λ, as AdamW
};

/// Adan as a sequence, for use inside chain(): adan_direction, descend_with_decay.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adan({}));
template <std::same_as<AdanOptions> Options = AdanOptions>
auto adan(const Options& options) {
  return sequence(adan_direction({.beta1 = options.beta1,
                                  .beta2 = options.beta2,
                                  .beta3 = options.beta3,
                                  .epsilon = options.epsilon}),
                  descend_with_decay({.learning_rate = options.learning_rate,
                                      .weight_decay = options.weight_decay,
                                      .proximal = !options.no_prox}));
}

/// Adan: p ← (p − η·u)/(1 + η·λ); see adan_direction() for u.
///
///     et::Adan<float> optimizer({.learning_rate = 1e-3, .weight_decay = 0.02});
///     optimizer.step(parameters);
///
/// Options and results are those of the authors' code (sail-sg/Adan); its max_grad_norm is
/// clip_by_global_norm() in front. Throws std::invalid_argument for options out of range.
template <class S>
using Adan = Named<S, AdanOptions, adan<Later<S, AdanOptions>>>;

}  // namespace eigentrain
