// SPDX-License-Identifier: MIT
// Normal weights with zeros among them: each input starts with few connections.
#pragma once

#include <cmath>
#include <utility>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/shuffle.hpp"
#include "eigentrain/init/unfold.hpp"

namespace eigentrain {

/// What sparse can be told.
struct SparseOptions {
  double sparsity = 1.0;  ///< the part of each column that is zero, in [0, 1); must be given
  double std = 0.01;      ///< the standard deviation of the other elements, ≥ 0
};

/// Draws the matrix W from N(0, std²) as normal() does, then sets ⌈sparsity·rows⌉ elements of each
/// column to zero, every choice of places with the same probability. (The product is rounded to a
/// double first. That of 0.07 and 100 is above 7, so there are 8 zeros, as in PyTorch.)
///
/// Places are drawn for one column after the other, so row- and column-major matrices have their
/// zeros in the same places. W is a matrix, a view of one, or an Eigen::Tensor of rank 2; a vector
/// is one column or one row. Size 0 is left alone.
///
/// Throws std::invalid_argument, with W and the generator unchanged, if the sparsity isn't in [0,
/// 1), std is negative or not finite, or a tensor has another rank.
///
///     et::sparse(W, random, {.sparsity = 0.9});
///
/// Martens: Deep learning via Hessian-free optimization (2010). As torch.nn.init.sparse_.
template <class T, RandomSource Random>
void sparse(T&& W, Random& random, const SparseOptions& options) {
  using S = detail::TargetScalar<T>;
  const auto memory = detail::target_memory<T>(W);
  require_in(ranges::fraction_below_one, options.sparsity, "sparse", "sparsity");
  const auto draw = detail::normal_draw<S>(0.0, options.std, "sparse");
  const Index rank = detail::extents(W).rank;
  require(rank <= 2, "sparse: the tensor must have rank 2, got ", rank);
  const detail::Unfolding at = detail::unfold(W, {}, "sparse");  // at(row, column)
  if (at.out == 0 || at.rest == 0) return;
  const Exact share = Exact(options.sparsity) * Exact(static_cast<double>(at.out));
  const auto zeros = static_cast<Index>(std::ceil(share[0]));
  detail::Buffer<Index> rows(static_cast<std::size_t>(at.out));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Index>(i);
  detail::fill(memory, random, draw);

  // The beginning of a shuffle, of whatever order the last column has left.
  for (Index column = 0; column < at.rest; ++column) {
    for (Index k = 0; k < zeros; ++k) {
      Index& row = rows[static_cast<std::size_t>(k)];
      std::swap(row, rows[static_cast<std::size_t>(k + random_below(at.out - k, random))]);
      memory.data[at(row, column)] = S(0);
    }
  }
}

}  // namespace eigentrain
