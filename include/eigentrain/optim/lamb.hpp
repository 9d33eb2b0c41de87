// SPDX-License-Identifier: MIT
// LAMB: Adam whose updates are in proportion to the tensors.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adam.hpp"
#include "eigentrain/direction/trust_ratio.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Lamb and lamb().
struct LambOptions {
  Schedule learning_rate = 1e-3;          ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;                     ///< in [0, 1)
  double beta2 = 0.999;                   ///< in [0, 1)
  double epsilon = 1e-6;                  ///< > 0
  double weight_decay = 1e-2;             ///< λ ≥ 0, inside the trust ratio
  double least_weight = 0.0;              ///< ≥ 0: bounds of φ(‖p‖)
  double most_weight = ranges::infinity;  ///< > 0
  double most_ratio = ranges::infinity;   ///< > 0: 1 for ratios that only shorten
  bool only_decayed = false;  ///< true: tensors added with weight_decay = false keep the ratio 1
};

/// LAMB as a sequence, for use inside chain(): adam_direction, decay_weights, trust_ratio, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::lamb({}));
template <std::same_as<LambOptions> Options = LambOptions>
auto lamb(const Options& options) {
  return sequence(
      adam_direction({.beta1 = options.beta1, .beta2 = options.beta2, .epsilon = options.epsilon}),
      decay_weights(options.weight_decay),
      trust_ratio({.least_weight = options.least_weight,
                   .most_weight = options.most_weight,
                   .most_ratio = options.most_ratio,
                   .only_decayed = options.only_decayed}),
      descend(options.learning_rate));
}

/// LAMB: u = m̂/(√v̂ + ε) + λ·p, p ← p − η·(φ(‖p‖)/‖u‖)·u, tensor by tensor; see adam_direction()
/// and trust_ratio(), which has no ratio (1) where ‖p‖ or ‖u‖ is 0.
///
///     et::Lamb<float> optimizer({.learning_rate = 2e-3, .weight_decay = 0.01});
///     optimizer.step(parameters);
///
/// Keeps two values a parameter, no scratch, and reads everything once more than Adam. Throws
/// std::invalid_argument for options out of range. You et al., "Large batch optimization for deep
/// learning: training BERT in 76 minutes", 2020, algorithm 2, whose φ is the identity here by
/// default. Torch's common ports bound φ by 10 (`most_weight`) or the ratio by 1.
template <class S>
using Lamb = Named<S, LambOptions, lamb<Later<S, LambOptions>>>;

}  // namespace eigentrain
