// SPDX-License-Identifier: MIT
// LARS: momentum whose gradients are in proportion to the tensors.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/direction/trust_ratio.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Lars and lars().
struct LarsOptions {
  Schedule learning_rate = 1.0;          ///< η ≥ 0, a number or a schedule
  double momentum = 0.9;                 ///< μ in [0, 1)
  double dampening = 0.0;                ///< τ in [0, 1]
  bool nesterov = false;                 ///< needs μ > 0 and τ = 0
  double weight_decay = 0.0;             ///< λ ≥ 0, inside the trust ratio
  double trust_coefficient = 1e-3;       ///< > 0
  double epsilon = 1e-8;                 ///< ε ≥ 0, added to what divides
  double most_ratio = ranges::infinity;  ///< > 0
  bool only_decayed = false;  ///< true: tensors added with weight_decay = false keep the ratio 1
};

/// LARS as a sequence, for use inside chain(): trust_ratio, descend, momentum.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::lars({}));
template <std::same_as<LarsOptions> Options = LarsOptions>
auto lars(const Options& options) {
  return sequence(trust_ratio({.coefficient = options.trust_coefficient,
                               .weight_decay = options.weight_decay,
                               .epsilon = options.epsilon,
                               .most_ratio = options.most_ratio,
                               .only_decayed = options.only_decayed}),
                  descend(options.learning_rate),
                  momentum({.momentum = options.momentum,
                            .dampening = options.dampening,
                            .nesterov = options.nesterov}));
}

/// LARS: r = c·‖p‖/(‖g‖ + λ‖p‖ + ε) tensor by tensor (1 where ‖p‖ or ‖g‖ is 0),
/// b ← μ·b + η·r·(g + λ·p), p ← p − b; see trust_ratio() and momentum().
///
///     et::Lars<float> optimizer({.learning_rate = 8.0, .weight_decay = 5e-4});
///     optimizer.step(parameters);
///
/// The learning rate goes into the buffer, as in the paper (and in Keras' SGD). Most ports to
/// PyTorch leave it outside, which differs once the rate changes:
///
///     et::chain<float>(et::trust_ratio({.coefficient = 1e-3, .weight_decay = 5e-4}),
///                      et::momentum({}), et::descend(schedule));
///
/// Keeps one value a parameter. Throws std::invalid_argument for options out of range. You, Gitman
/// & Ginsburg, "Large batch training of convolutional networks", 2017, without ε.
template <class S>
using Lars = Named<S, LarsOptions, lars<Later<S, LarsOptions>>>;

}  // namespace eigentrain
