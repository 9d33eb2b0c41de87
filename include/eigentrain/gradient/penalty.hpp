// SPDX-License-Identifier: MIT
// What the penalties L1 and L2 add to the loss.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

namespace detail {

/// Σ term(p, p) over the weights that decay, formed in double. The others count as zeros, whatever
/// they hold.
template <class S, class F>
double sum_of_weights(Parameters<S>& parameters, const F& term) {
  const auto weights = per_tensor([](const ParameterOptions& options) {
    return [counts = options.weight_decay ? S(1) : S(0)](const auto&, const auto& p) {
      using P = std::remove_cvref_t<decltype(p)>;
      return select(P(counts) > P(S(0)), p, P(S(0)));
    };
  });
  return UpdateStream<S, std::remove_cvref_t<decltype(weights)>>(parameters.elements(), nullptr,
                                                                 weights)
      .sum(term);
}

}  // namespace detail

/// λ·Σ|p|, the penalty whose gradient add_l1() adds, for the log or a line search: the optimizer
/// doesn't need it.
///
///     double loss = data_loss + et::l1_penalty(parameters, 1e-5);
///
/// Formed in double; tensors added with {.weight_decay = false} and frozen ones are left out. Not
/// finite if a weight isn't. λ ≥ 0 and finite, and the list not empty, else std::invalid_argument.
/// As keras.regularizers.L1.
template <class S>
double l1_penalty(Parameters<S>& parameters, double lambda) {
  require_in(ranges::not_negative, lambda, "l1_penalty", "lambda");
  const double sum =
      detail::sum_of_weights(parameters, [](const auto& w, const auto&) { return abs(w); });
  return (Exact(lambda) * sum)[0];
}

/// (λ/2)·Σp², the penalty whose gradient λ·p add_decay() adds: with the half, without a root.
///
///     double loss = data_loss + et::l2_penalty(parameters, 1e-4);
///
/// Formed in double; tensors added with {.weight_decay = false} and frozen ones are left out. Not
/// finite if a weight isn't, or if squares of doubles overflow (beyond 1e154). λ ≥ 0 and finite,
/// and the list not empty, else std::invalid_argument. keras.regularizers.L2 has no half: its
/// factor l2 is λ/2.
template <class S>
double l2_penalty(Parameters<S>& parameters, double lambda) {
  require_in(ranges::not_negative, lambda, "l2_penalty", "lambda");
  const double sum =
      detail::sum_of_weights(parameters, [](const auto& w, const auto&) { return w * w; });
  return (Exact(0.5) * lambda * sum)[0];
}

}  // namespace eigentrain
