// SPDX-License-Identifier: MIT
// Sign-SGD and Signum.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/sign.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Signum and signum().
struct SignumOptions {
  Schedule learning_rate = 1e-2;  ///< η ≥ 0, a number or a schedule
  double momentum = 0.9;          ///< β in [0, 1); 0 is sign-SGD
  double weight_decay = 0.0;      ///< λ ≥ 0, coupled: added to the gradient
};

/// Signum as a sequence, for use inside chain(): add_decay, sign_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::signum({}));
template <std::same_as<SignumOptions> Options = SignumOptions>
auto signum(const Options& options) {
  return sequence(add_decay(options.weight_decay), sign_direction({.momentum = options.momentum}),
                  descend(options.learning_rate));
}

/// Signum: g ← g + λp, m ← βm + (1 − β)g, p ← p − η·sign(m); see sign_direction(). With a momentum
/// of 0 it is sign-SGD.
///
///     et::Signum<float> optimizer({.learning_rate = 1e-3});
///     optimizer.step(parameters);
///
/// Options and results are MXNet's Signum's; its decoupled `wd_lh` is
/// chain(sign_direction({}), decay_weights(λ), descend(η)). Throws std::invalid_argument for
/// options out of range.
template <class S>
using Signum = Named<S, SignumOptions, signum<Later<S, SignumOptions>>>;

}  // namespace eigentrain
