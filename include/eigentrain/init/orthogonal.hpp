// SPDX-License-Identifier: MIT
// Weights that keep lengths and angles.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/orthonormal.hpp"
#include "eigentrain/init/gain.hpp"
#include "eigentrain/init/unfold.hpp"

namespace eigentrain {

/// What orthogonal can be told.
struct OrthogonalOptions {
  double gain = 1.0;  ///< a factor on every weight, ≥ 0; see gains
  Axes axes = {};     ///< which axis of a kernel is the output; a matrix is out × in
};

namespace detail {

/// A random matrix with orthonormal columns (rows, if it is wide), Haar-distributed; stored with
/// the longer side as the rows. Draws the elements of that storage row by row.
template <class S, RandomSource Random>
Panelled<S> random_orthonormal(Index rows, Index cols, Random& random) {
  Panelled<S> result(std::max(rows, cols), std::min(rows, cols));
  OrthonormalWork<S> work(result);  // all memory is taken before anything is drawn
  fill(result.memory(), random, NormalDraw<S>{S(0), S(1)});
  make_orthonormal(result, work);
  return result;
}

}  // namespace detail

/// Makes W, out × in, gain times a random matrix with orthonormal columns, or orthonormal rows if
/// it is wider than tall:
///
///     WᵀW = gain²·I   or   W·Wᵀ = gain²·I
///
/// It is Q·sign(diag R), sign(0) = 1, where Q·R is the factorization of a matrix of normal numbers
/// (of its transpose, if it is wide): each such matrix is as likely as any other, by Haar's
/// measure. A vector gets the length `gain`. A kernel of rank N is unfolded to the matrix of its
/// outputs and everything else; its output axis must be named.
///
/// Row- and column-major matrices get the same elements, and so do blocks and Maps; all bits are
/// the same on every machine. Off by a few units of rounding: for 1024 × 1024 floats the largest
/// element of WᵀW − I is 2.3 units. Takes as many random words as normal(), and memory for about
/// three copies of W (in which less than 16 rows or columns count as 16). Size 0 is left alone.
///
/// Throws std::invalid_argument, with W and the generator unchanged, if the gain is negative or not
/// finite or an axis is missing or wrong.
///
///     et::orthogonal(W, random);
///     et::orthogonal(W, random, {.gain = et::gains::relu});
///     et::orthogonal(kernel, random, {.axes = {.out = 0, .in = 1}});   // Eigen::Tensor
///
/// Saxe, McClelland, Ganguli: Exact solutions to the nonlinear dynamics of learning in deep linear
/// neural networks (2013); Mezzadri: How to generate random matrices from the classical compact
/// groups (2007). As torch.nn.init.orthogonal_, which has sign(0) = 0 and takes the axis 0 for the
/// outputs.
template <class T, RandomSource Random>
void orthogonal(T&& W, Random& random, const OrthogonalOptions& options = {}) {
  using S = detail::TargetScalar<T>;
  S* const data = detail::target_memory<T>(W).data;
  require_in({0.0, std::numeric_limits<S>::max()}, options.gain, "orthogonal", "gain");
  const detail::Unfolding unfolding = detail::unfold(W, options.axes, "orthogonal");
  if (unfolding.out == 0 || unfolding.rest == 0) return;
  auto q = detail::random_orthonormal<S>(unfolding.out, unfolding.rest, random);
  const Exact gain(options.gain);
  const bool is_wide = unfolding.out < unfolding.rest;
  unfolding.for_each([&](Index o, Index r, Index offset) {
    const Exact value(static_cast<double>(is_wide ? q(r, o) : q(o, r)));
    data[offset] = static_cast<S>((gain * value)[0]);
  });
}

}  // namespace eigentrain
