// SPDX-License-Identifier: MIT
// AdaDelta.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adadelta.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of AdaDelta and adadelta().
struct AdaDeltaOptions {
  Schedule learning_rate = 1.0;  ///< η ≥ 0, a number or a schedule
  double rho = 0.9;              ///< in [0, 1)
  double epsilon = 1e-6;         ///< > 0
  double weight_decay = 0.0;     ///< λ ≥ 0, coupled: added to the gradient
};

/// AdaDelta as a sequence, for use inside chain(): add_decay, adadelta_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adadelta({}));
template <std::same_as<AdaDeltaOptions> Options = AdaDeltaOptions>
auto adadelta(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  adadelta_direction({.rho = options.rho, .epsilon = options.epsilon}),
                  descend(options.learning_rate));
}

/// AdaDelta: p ← p − η·√(d + ε)/√(v + ε)·g; see adadelta_direction().
///
///     et::AdaDelta<float> optimizer({.rho = 0.95});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.Adadelta's. Throws std::invalid_argument for options out of
/// range.
template <class S>
using AdaDelta = Named<S, AdaDeltaOptions, adadelta<Later<S, AdaDeltaOptions>>>;

}  // namespace eigentrain
