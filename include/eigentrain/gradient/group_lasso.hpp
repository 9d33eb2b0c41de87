// SPDX-License-Identifier: MIT
// Group lasso: a penalty that switches off whole rows or columns.
#pragma once

#include "eigentrain/gradient/group_norm.hpp"

namespace eigentrain {

/// The penalty λ·Σ √n·‖w_g‖₂ over the groups g of n values each.
struct GroupLassoOptions {
  double strength = 1e-4;        ///< λ ≥ 0
  Groups groups = Groups::rows;  ///< rows: units; columns: inputs; all: the whole matrix
  bool scale_by_size = true;     ///< false: without the factor √n
};

namespace detail {

// λ·√n, or λ.
template <class S>
double group_lasso_factor(const Grouped<S>& groups, const GroupLassoOptions& options,
                          const char* owner) {
  require_in(ranges::not_negative, options.strength, owner, "strength");
  if (!options.scale_by_size) return options.strength;
  return (Exact(options.strength) * sqrt(Exact(static_cast<double>(groups.size))))[0];
}

}  // namespace detail

/// λ·Σ √n·‖w_g‖₂ over the rows of a weight matrix, its columns, or the matrix as one group.
///
///     double loss = data_loss + et::group_lasso_penalty(W, {.strength = 1e-3});
///
/// Formed in double; not finite if a weight isn't. 0 for an empty matrix. λ ≥ 0 and finite, else
/// std::invalid_argument. Yuan & Lin, "Model selection and estimation in regression with grouped
/// variables", 2006: with √n, which makes groups of different sizes comparable.
template <class W>
double group_lasso_penalty(const W& weights, const GroupLassoOptions& options) {
  using S = typename W::Scalar;
  const auto groups = detail::grouped<const S>(weights, options.groups);
  const double factor = detail::group_lasso_factor(groups, options, "group_lasso_penalty");
  Exact sum = 0.0;
  detail::for_each_group_norm(groups, [&](Index, Index count, const double* norms) {
    for (Index k = 0; k < count; ++k) sum += norms[k];
  });
  return (sum * factor)[0];
}

/// Adds the gradient of group_lasso_penalty() to the gradient of the loss:
///
///     g ← g + λ·√n·w_g/‖w_g‖₂,   and nothing for a group of zeros
///
///     et::add_group_lasso(W, dW, {.strength = 1e-3, .groups = et::Groups::columns});
///     optimizer.step(parameters);
///
/// Allocates nothing. Throws std::invalid_argument, with the gradient untouched, if the shapes
/// differ, weights and gradient are one, λ is negative or not finite, or a weight isn't finite.
template <class W, class G>
void add_group_lasso(const W& weights, G&& gradient, const GroupLassoOptions& options) {
  using S = typename W::Scalar;
  using Gradient = std::remove_cvref_t<G>;
  static_assert(std::is_same_v<S, typename Gradient::Scalar> &&
                    bool(W::IsRowMajor) == bool(Gradient::IsRowMajor),
                "eigentrain: weights and gradient must have one scalar type and storage order");
  static_assert(detail::is_writable<G>(), "eigentrain: the gradient is const");
  constexpr const char* owner = "add_group_lasso";
  const Shape shape = detail::shape_of(weights), other = detail::shape_of(gradient);
  require(shape == other, owner, ": the weights are ", shape.text(), " but the gradient is ",
          other.text());
  const auto from = detail::grouped<const S>(weights, options.groups);
  const auto to = detail::grouped<S>(gradient, options.groups);
  require(from.data != to.data || shape.size() == 0, owner,
          ": the weights and the gradient share memory");
  const double factor = detail::group_lasso_factor(from, options, owner);
  detail::require_finite_groups(from, options.groups, owner);
  detail::for_each_group_norm(from, [&](Index first, Index count, const double* norms) {
    S factors[detail::group_block];
    for (Index k = 0; k < count; ++k) {
      // Bounded, for norms that are so small that their inverse is no S.
      constexpr double most = std::numeric_limits<S>::max();
      factors[k] = S(norms[k] > 0.0 ? std::min(factor / norms[k], most) : 0.0);
    }
    detail::update_groups(to, from, first, count, factors,
                          [](const auto& w, const auto& g, auto& f) { return g + f * w; });
  });
}

}  // namespace eigentrain
