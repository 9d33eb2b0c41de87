// SPDX-License-Identifier: MIT
// Constraints on each weight, for after a step: a box, or not negative.
#pragma once

#include <concepts>

#include "eigentrain/gradient/groups.hpp"

namespace eigentrain {

namespace detail {

/// Throws std::invalid_argument, naming the tensor, unless every value is finite.
template <class S>
void require_finite_values(const Grouped<S>& values, const char* owner, std::string_view name) {
  double sum = 0.0;
  fold_groups<Sum>(values, 0, 1, &sum, [](const auto& w, const auto&) { return w - w; });
  require(std::isfinite(sum), owner, ": ", name,
          " has values that are not finite; nothing was changed");
}

inline void require_box(double low, double high, const char* owner) {
  require(low <= high, owner, ": low must be at most high, got ", low, " and ", high);
}

template <class S>
void clamp_values(const Grouped<S>& values, double low, double high) {
  S unused[] = {S(0)};
  update_groups(values, values, 0, 1, unused,
                [low = S(low), high = S(high)](const auto& w, const auto&, auto&) {
                  return clamp(w, low, high);
                });
}

template <Tensorial W>
void constrain_values(W& weights, double low, double high, const char* owner) {
  require_box(low, high, owner);
  const auto values = all_values(weights);
  require_finite_values(values, owner, "the tensor");
  clamp_values(values, low, high);
}

template <class S, class Predicate>
Index constrain_values(Parameters<S>& parameters, double low, double high,
                       const Predicate& predicate, const char* owner) {
  require_box(low, high, owner);
  for_each_named(parameters, predicate, [&](const Tensor<S>& tensor) {
    require_finite_values(one_group(tensor.parameter), owner, tensor.name);
  });
  return for_each_named(parameters, predicate, [&](const Tensor<S>& tensor) {
    clamp_values(one_group(tensor.parameter), low, high);
  });
}

}  // namespace detail

/// Limits every weight in place: w ← clamp(w, low, high).
///
///     optimizer.step(parameters);
///     et::constrain_box(W, -0.01, 0.01);
///
/// Takes an Eigen matrix, array, Map, Ref, block or Tensor; allocates nothing. The bounds are
/// rounded to the type of the weights; infinite ones don't limit. Throws std::invalid_argument,
/// with nothing changed, unless low ≤ high and all weights are finite.
template <class W>
void constrain_box(W&& weights, double low, double high) {
  detail::constrain_values(weights, low, high, "constrain_box");
}

/// The same for the tensors whose names the predicate takes; frozen ones are left out. Returns how
/// many there were. The predicate gets a std::string_view and is asked twice for each tensor.
///
///     et::constrain_box(parameters, -0.01, 0.01,
///                       [](std::string_view name) { return name.starts_with("critic."); });
///
/// Throws as above, naming the tensor, with none of them changed.
template <class S, std::predicate<std::string_view> Predicate>
Index constrain_box(Parameters<S>& parameters, double low, double high,
                    const Predicate& predicate) {
  return detail::constrain_values(parameters, low, high, predicate, "constrain_box");
}

/// Sets every negative weight to 0, in place: w ← max(w, 0). Otherwise as constrain_box(). As
/// keras.constraints.NonNeg.
///
///     et::constrain_non_negative(W);
template <class W>
void constrain_non_negative(W&& weights) {
  detail::constrain_values(weights, 0.0, ranges::infinity, "constrain_non_negative");
}

/// The same for the tensors whose names the predicate takes, as constrain_box().
template <class S, std::predicate<std::string_view> Predicate>
Index constrain_non_negative(Parameters<S>& parameters, const Predicate& predicate) {
  return detail::constrain_values(parameters, 0.0, ranges::infinity, predicate,
                                  "constrain_non_negative");
}

}  // namespace eigentrain
