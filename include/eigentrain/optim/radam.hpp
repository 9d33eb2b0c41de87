// SPDX-License-Identifier: MIT
// RAdam.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/radam.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of RAdam and radam().
struct RAdamOptions {
  Schedule learning_rate = 1e-3;  ///< η ≥ 0, a number or a schedule
  double beta1 = 0.9;             ///< in [0, 1)
  double beta2 = 0.999;           ///< in [0, 1)
  double epsilon = 1e-8;          ///< > 0
  double weight_decay = 0.0;      ///< λ ≥ 0, coupled: added to the gradient
  bool epsilon_hat = true;        ///< ε is added to √v; false: to √v̂, as in Optax
};

/// RAdam as a sequence, for use inside chain(): add_decay, radam_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::radam({}));
template <std::same_as<RAdamOptions> Options = RAdamOptions>
auto radam(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  radam_direction({.beta1 = options.beta1,
                                   .beta2 = options.beta2,
                                   .epsilon = options.epsilon,
                                   .epsilon_hat = options.epsilon_hat}),
                  descend(options.learning_rate));
}

/// RAdam: Adam that takes plain momentum steps until it knows its variance; see radam_direction().
///
///     et::RAdam<float> optimizer({.learning_rate = 1e-3});
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.RAdam's. Throws std::invalid_argument for options out of
/// range.
template <class S>
using RAdam = Named<S, RAdamOptions, radam<Later<S, RAdamOptions>>>;

}  // namespace eigentrain
