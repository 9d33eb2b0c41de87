// SPDX-License-Identifier: MIT
// Stochastic gradient descent.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Sgd and sgd().
struct SgdOptions {
  Schedule learning_rate = 1e-3;  ///< η ≥ 0, a number or a schedule
  double momentum = 0.0;          ///< μ in [0, 1)
  double dampening = 0.0;         ///< τ in [0, 1]
  bool nesterov = false;          ///< needs μ > 0 and τ = 0
  double weight_decay = 0.0;      ///< λ ≥ 0, coupled: added to the gradient
};

/// SGD as a sequence, for use inside chain(): add_decay, momentum, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::sgd({}));
template <std::same_as<SgdOptions> Options = SgdOptions>
auto sgd(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  momentum({.momentum = options.momentum,
                            .dampening = options.dampening,
                            .nesterov = options.nesterov}),
                  descend(options.learning_rate));
}

/// Gradient descent with momentum: g ← g + λp, b ← μb + (1 − τ)g, p ← p − ηb; see momentum().
///
///     et::Sgd<float> optimizer({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.SGD's; for those of Keras, whose buffer holds the rate, see
/// momentum(). Throws std::invalid_argument for options out of range.
template <class S>
using Sgd = Named<S, SgdOptions, sgd<Later<S, SgdOptions>>>;

}  // namespace eigentrain
