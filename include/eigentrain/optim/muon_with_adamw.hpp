// SPDX-License-Identifier: MIT
// Muon for the matrices of a model, AdamW for the rest.
#pragma once

#include "eigentrain/core/partition.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/muon.hpp"

namespace eigentrain {

/// The options of MuonWithAdamW: those of Muon for matrices, those of AdamW for the rest.
struct MuonWithAdamWOptions {
  MuonOptions muon = {};    ///< for matrices: two rows and two columns, or more
  AdamWOptions adamw = {};  ///< for all else: biases, gains
};

namespace detail {

struct IsMatrix {
  template <class S>
  bool operator()(const Tensor<S>& tensor) const {
    return tensor.is_matrix();
  }
};

template <class S>
using MuonAndAdamW = decltype(partition<S>(IsMatrix(), muon(Later<S, MuonOptions>()),
                                           adamw(Later<S, AdamWOptions>())));

}  // namespace detail

/// Muon for the matrices of a list, AdamW for everything else, in one step; part<0>() is Muon's
/// chain, part<1>() AdamW's.
///
///     et::MuonWithAdamW<float> optimizer({.muon = {.learning_rate = 0.02},
///                                         .adamw = {.learning_rate = 3e-4}});
///     optimizer.step(parameters);
///
/// Its authors leave embeddings and the last layer to AdamW as well, though they are matrices. Then
/// say so by name:
///
///     auto optimizer = et::partition<float>(
///         [](const et::Tensor<float>& t) { return t.is_matrix() && !t.name.starts_with("head"); },
///         et::muon({}), et::adamw({}));
///
/// Throws std::invalid_argument for options out of range; for steps see partition().
template <class S>
class MuonWithAdamW : public detail::MuonAndAdamW<S> {
  using Base = detail::MuonAndAdamW<S>;

 public:
  MuonWithAdamW() : MuonWithAdamW(MuonWithAdamWOptions{}) {}

  /// Throws std::invalid_argument for options out of range.
  template <std::same_as<MuonWithAdamWOptions> O = MuonWithAdamWOptions>
  explicit MuonWithAdamW(const O& options)
      : Base(partition<S>(detail::IsMatrix(), muon<>(options.muon), adamw<>(options.adamw))) {}
};

}  // namespace eigentrain
