// SPDX-License-Identifier: MIT
// Constraints on the norm of each unit's weights, for after a step.
#pragma once

#include <concepts>

#include "eigentrain/gradient/group_norm.hpp"

namespace eigentrain {

namespace detail {

template <class S>
void shorten_groups(const Grouped<S>& groups, double max_norm) {
  for_each_group_norm(groups, [&](Index first, Index count, const double* norms) {
    S factors[group_block];
    bool any = false;
    for (Index k = 0; k < count; ++k) {
      factors[k] = norms[k] > max_norm ? S(max_norm / norms[k]) : S(1);
      any = any || norms[k] > max_norm;
    }
    if (!any) return;
    update_groups(groups, groups, first, count, factors,
                  [](const auto& w, const auto&, auto& f) { return f * w; });
  });
}

/// Throws std::invalid_argument unless every group has a norm that is finite and not zero.
template <class S>
void require_directions(const Grouped<S>& groups, Groups which, const char* owner,
                        std::string_view tensor = {}) {
  for_each_group_norm(groups, [&](Index first, Index count, const double* norms) {
    for (Index k = 0; k < count; ++k) {
      if (!std::isfinite(norms[k])) {
        refuse_group(owner, which, first + k, "has no finite norm", tensor);
      }
      // Or so close to zero that the inverse of the norm is no S.
      if (!(1.0 / norms[k] <= static_cast<double>(std::numeric_limits<S>::max()))) {
        refuse_group(owner, which, first + k, "is zero and has no direction", tensor);
      }
    }
  });
}

template <class S>
void normalize_groups(const Grouped<S>& groups) {
  for_each_group_norm(groups, [&](Index first, Index count, const double* norms) {
    S factors[group_block];
    for (Index k = 0; k < count; ++k) factors[k] = S(1.0 / norms[k]);
    update_groups(groups, groups, first, count, factors,
                  [](const auto& w, const auto&, auto& f) { return f * w; });
  });
}

/// The units of a tensor, and how a message calls them.
template <class S>
Groups units_are(const Tensor<S>& tensor) {
  return tensor.units > 1 ? Groups::rows : Groups::all;
}

}  // namespace detail

/// Scales down, in place, what is too long: w_g ← w_g·min(1, max_norm/‖w_g‖₂) for every row,
/// every column or the whole matrix.
///
///     optimizer.step(parameters);
///     et::constrain_max_norm(W, 3.0);  // the weights that enter each unit
///
/// Takes an Eigen matrix, array, Map, Ref or block; allocates nothing. Groups within the limit,
/// zeros among them, keep their bits. Norms are formed in double, the same bits everywhere.
/// `max_norm` in (0, ∞]. Throws std::invalid_argument, naming the row or column and with nothing
/// changed, if a weight isn't finite.
///
/// Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
/// As keras.constraints.MaxNorm, whose weights are in × out: its axis 0 is our row; it has an ε of
/// 1e-7 beside the norm. PyTorch: torch.renorm.
template <class W>
void constrain_max_norm(W&& weights, double max_norm, Groups groups = Groups::rows) {
  using S = typename std::remove_cvref_t<W>::Scalar;
  static_assert(detail::is_writable<W>(), "eigentrain: the weights are const, or an expression");
  constexpr const char* owner = "constrain_max_norm";
  require_in(ranges::positive_or_infinite, max_norm, owner, "max_norm");
  const auto all = detail::grouped<S>(weights, groups);
  detail::require_finite_groups(all, groups, owner);
  detail::shorten_groups(all, max_norm);
}

/// The same for every unit of the tensors whose names the predicate takes: the rows of a matrix,
/// the slices along the first axis of a Tensor, a vector as a whole. Frozen tensors are left out.
/// Returns how many tensors there were. The predicate gets a std::string_view and is asked twice
/// for each tensor.
///
///     et::constrain_max_norm(parameters, 3.0,
///                            [](std::string_view name) { return name.ends_with(".weight"); });
///
/// Throws as above, naming the unit and the tensor, with none of them changed.
template <class S, std::predicate<std::string_view> Predicate>
Index constrain_max_norm(Parameters<S>& parameters, double max_norm, const Predicate& predicate) {
  constexpr const char* owner = "constrain_max_norm";
  require_in(ranges::positive_or_infinite, max_norm, owner, "max_norm");
  detail::for_each_named(parameters, predicate, [&](const Tensor<S>& tensor) {
    detail::require_finite_groups(detail::units_in(tensor, tensor.parameter),
                                  detail::units_are(tensor), owner, tensor.name);
  });
  return detail::for_each_named(parameters, predicate, [&](const Tensor<S>& tensor) {
    detail::shorten_groups(detail::units_in(tensor, tensor.parameter), max_norm);
  });
}

/// Gives every row, every column or the whole matrix the length 1, in place: w_g ← w_g/‖w_g‖₂.
///
///     et::constrain_unit_norm(W);
///
/// Otherwise as constrain_max_norm(); also throws std::invalid_argument for a group of zeros,
/// which has no direction (keras.constraints.UnitNorm leaves it at zero). A matrix without values
/// stays as it is.
template <class W>
void constrain_unit_norm(W&& weights, Groups groups = Groups::rows) {
  using S = typename std::remove_cvref_t<W>::Scalar;
  static_assert(detail::is_writable<W>(), "eigentrain: the weights are const, or an expression");
  constexpr const char* owner = "constrain_unit_norm";
  const auto all = detail::grouped<S>(weights, groups);
  if (all.size == 0) return;
  detail::require_directions(all, groups, owner);
  detail::normalize_groups(all);
}

/// The same for every unit of the tensors whose names the predicate takes, as constrain_max_norm().
template <class S, std::predicate<std::string_view> Predicate>
Index constrain_unit_norm(Parameters<S>& parameters, const Predicate& predicate) {
  constexpr const char* owner = "constrain_unit_norm";
  detail::for_each_named(parameters, predicate, [&](const Tensor<S>& tensor) {
    if (tensor.parameter.size() == 0) return;
    detail::require_directions(detail::units_in(tensor, tensor.parameter),
                               detail::units_are(tensor), owner, tensor.name);
  });
  return detail::for_each_named(parameters, predicate, [&](const Tensor<S>& tensor) {
    if (tensor.parameter.size() == 0) return;
    detail::normalize_groups(detail::units_in(tensor, tensor.parameter));
  });
}

}  // namespace eigentrain
