// SPDX-License-Identifier: MIT
// AMSGrad, with the weight decay of Adam or of AdamW.
#pragma once

#include "eigentrain/direction/amsgrad.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"

namespace eigentrain {

/// AMSGrad as a sequence, for use inside chain(): add_decay, amsgrad_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::amsgrad({}));
template <std::same_as<AdamOptions> Options = AdamOptions>
auto amsgrad(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  amsgrad_direction(detail::adam_direction_options(options)),
                  descend(options.learning_rate));
}

/// AMSGrad as a sequence, with decoupled decay: amsgrad_direction, decay_weights, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::amsgradw({}));
template <std::same_as<AdamWOptions> Options = AdamWOptions>
auto amsgradw(const Options& options) {
  return sequence(amsgrad_direction(detail::adam_direction_options(options)),
                  decay_weights(options.weight_decay), descend(options.learning_rate));
}

/// Adam with the largest second moment so far: see amsgrad_direction(). Results are
/// torch.optim.Adam's with amsgrad=True.
///
///     et::AmsGrad<float> optimizer({.learning_rate = 1e-3});
///     optimizer.step(parameters);
///
/// Throws std::invalid_argument for options out of range.
template <class S>
using AmsGrad = Named<S, AdamOptions, amsgrad<Later<S, AdamOptions>>>;

/// The same with AdamW's decoupled decay: torch.optim.AdamW's with amsgrad=True.
template <class S>
using AmsGradW = Named<S, AdamWOptions, amsgradw<Later<S, AdamWOptions>>>;

}  // namespace eigentrain
