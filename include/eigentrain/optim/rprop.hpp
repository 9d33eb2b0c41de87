// SPDX-License-Identifier: MIT
// Rprop.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/rprop.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Rprop and rprop().
struct RpropOptions {
  double learning_rate = 1e-2;  ///< the first step of every parameter, > 0
  double eta_minus = 0.5;       ///< in (0, 1)
  double eta_plus = 1.2;        ///< > 1
  double min_step = 1e-6;       ///< > 0
  double max_step = 50.0;       ///< ≥ min_step
};

/// Rprop as a sequence, for use inside chain(): rprop_direction, descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::rprop({}));
template <std::same_as<RpropOptions> Options = RpropOptions>
auto rprop(const Options& options) {
  return sequence(rprop_direction({.initial_step = options.learning_rate,
                                   .eta_minus = options.eta_minus,
                                   .eta_plus = options.eta_plus,
                                   .min_step = options.min_step,
                                   .max_step = options.max_step}),
                  descend(1.0));
}

/// Rprop: p ← p − Δ·sign(g), where Δ adapts to every parameter; see rprop_direction().
///
///     et::Rprop<float> optimizer({.learning_rate = 0.01});
///     optimizer.step(parameters);
///
/// The learning rate is only where the steps begin, so it is no schedule; one that scales all steps
/// stands in chain<float>(rprop_direction({}), descend(schedule)). Options and results are
/// torch.optim.Rprop's, whose etas and step_sizes are pairs. Throws std::invalid_argument for
/// options out of range.
template <class S>
using Rprop = Named<S, RpropOptions, rprop<Later<S, RpropOptions>>>;

}  // namespace eigentrain
