// SPDX-License-Identifier: MIT
// Constraints on the norm of each unit's weights, for after a step.
#pragma once

#include "eigentrain/gradient/group_norm.hpp"

namespace eigentrain {

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
  static_assert(detail::is_writable<W>(), "eigentrain: the weights are const");
  constexpr std::string_view owner = "constrain_max_norm";
  require_in(ranges::positive_or_infinite, max_norm, owner, "max_norm");
  const auto all = detail::grouped<S>(weights, groups);
  detail::require_finite_groups(all, groups, owner);
  detail::for_each_group_norm(all, [&](Index first, Index count, const double* norms) {
    S factors[detail::group_block];
    bool any = false;
    for (Index k = 0; k < count; ++k) {
      factors[k] = norms[k] > max_norm ? S(max_norm / norms[k]) : S(1);
      any = any || norms[k] > max_norm;
    }
    if (!any) return;
    detail::update_groups(all, all, first, count, factors,
                          [](const auto& w, const auto&, auto& f) { return f * w; });
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
  static_assert(detail::is_writable<W>(), "eigentrain: the weights are const");
  constexpr std::string_view owner = "constrain_unit_norm";
  const auto all = detail::grouped<S>(weights, groups);
  if (all.size == 0) return;
  detail::for_each_group_norm(all, [&](Index first, Index count, const double* norms) {
    for (Index k = 0; k < count; ++k) {
      if (!std::isfinite(norms[k])) {
        detail::refuse_group(owner, groups, first + k, "has no finite norm");
      }
      // Or so close to zero that the inverse of the norm is no S.
      if (!(1.0 / norms[k] <= static_cast<double>(std::numeric_limits<S>::max()))) {
        detail::refuse_group(owner, groups, first + k, "is zero and has no direction");
      }
    }
  });
  detail::for_each_group_norm(all, [&](Index first, Index count, const double* norms) {
    S factors[detail::group_block];
    for (Index k = 0; k < count; ++k) factors[k] = S(1.0 / norms[k]);
    detail::update_groups(all, all, first, count, factors,
                          [](const auto& w, const auto&, auto& f) { return f * w; });
  });
}

}  // namespace eigentrain
