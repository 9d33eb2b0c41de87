// SPDX-License-Identifier: MIT
// Muon, for matrices.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/muon.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"

namespace eigentrain {

/// The options of Muon and muon().
struct MuonOptions {
  Schedule learning_rate = 1e-3;       ///< η ≥ 0, a number or a schedule
  double momentum = 0.95;              ///< μ in [0, 1)
  bool nesterov = true;                ///< looks one step of momentum ahead
  double weight_decay = 0.1;           ///< λ ≥ 0, decoupled, and not scaled by shape
  MuonScale scale = MuonScale::shape;  ///< how the update's size follows the matrix' shape
  NewtonSchulzOptions iteration = {};  ///< how the matrix is made orthogonal
};

/// Muon as a sequence, for use inside chain() and partition(): muon_direction, decay_weights,
/// descend.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::muon({}));
template <std::same_as<MuonOptions> Options = MuonOptions>
auto muon(const Options& options) {
  return sequence(muon_direction({.momentum = options.momentum,
                                  .nesterov = options.nesterov,
                                  .scale = options.scale,
                                  .iteration = options.iteration}),
                  decay_weights(options.weight_decay), descend(options.learning_rate));
}

/// Muon: p ← p − η·(u + λ·p) with the orthogonalized momentum u; see muon_direction(). All
/// parameters must be matrices; for a whole model see MuonWithAdamW.
///
///     et::Muon<float> optimizer({.learning_rate = 0.02});
///     optimizer.step(matrices);
///
/// Options and, but for bfloat16, results are torch.optim.Muon's (2.9), whose adjust_lr_fn is
/// `scale` here. Throws std::invalid_argument for options out of range.
template <class S>
using Muon = Named<S, MuonOptions, muon<Later<S, MuonOptions>>>;

}  // namespace eigentrain
