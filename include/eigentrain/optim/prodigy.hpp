// SPDX-License-Identifier: MIT
// Prodigy: Adam that finds its own learning rate.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/schedule/prodigy.hpp"

namespace eigentrain {

/// Prodigy as a sequence, for use inside chain(): prodigy_descent.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::prodigy({}));
template <std::same_as<ProdigyOptions> Options = ProdigyOptions>
auto prodigy(const Options& options) {
  return sequence(prodigy_descent(options));
}

/// Prodigy: Adam with a learning rate that it estimates; see prodigy_descent().
///
///     et::Prodigy<float> optimizer({.weight_decay = 0.01});
///     optimizer.step(parameters);
///
/// Options and results are those of the authors' prodigyopt; its decouple = False is
/// chain(add_decay(λ), prodigy({...})). Throws std::invalid_argument for options out of range.
template <class S>
using Prodigy = Named<S, ProdigyOptions, prodigy<Later<S, ProdigyOptions>>>;

}  // namespace eigentrain
