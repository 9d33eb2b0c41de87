// SPDX-License-Identifier: MIT
// Orthonormal columns from any matrix: Householder's factorization in blocks.
#pragma once

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/householder.hpp"

namespace eigentrain::detail {

/// The memory that a factorization needs beside the matrix.
template <class S>
class OrthonormalWork {
 public:
  explicit OrthonormalWork(const Panelled<S>& a)
      : block_(a.block()),
        v_(size(a.padded_rows())),
        t_(size(a.padded_columns())),
        inner_(size(block_)),
        first_(size(a.stride())),
        second_(first_.size()),
        reflections_(static_cast<std::size_t>(a.padded_columns())) {}

  /// The block's v, a row for each row of the matrix from the block's first on.
  S* v() { return v_.data(); }
  /// The T of the block that begins at column p.
  S* t(Index p) { return t_.data() + p * block_; }
  Reflection* reflections(Index p) { return reflections_.data() + p; }

  /// −VᵀV over so many rows.
  const S* inner(Index rows) {
    std::fill(inner_.begin(), inner_.end(), S(0));
    subtract_product<S>({inner_.data(), block_, 1}, {v(), 1, block_}, {v(), block_, 1}, block_,
                        block_, rows);
    return inner_.data();
  }

  /// C −= V·M·Vᵀ·C, where C is what lies below row `top` and right of column `begin`: a block's
  /// reflections, applied to the rest of the matrix; M is T or its transpose.
  void apply(Panelled<S>& a, Index top, Index begin, const Strided<const S>& m) {
    const Index columns = a.padded_columns() - begin, rows = a.padded_rows() - top;
    if (columns <= 0) return;
    const Index stride = a.stride();
    S *const c = a.row(top) + begin, *const first = first_.data(), *const second = second_.data();
    std::fill(first_.begin(), first_.end(), S(0));
    std::fill(second_.begin(), second_.end(), S(0));
    // −VᵀC, then M·VᵀC.
    subtract_product<S>({first, stride, 1}, {v(), 1, block_}, {c, stride, 1}, block_, columns,
                        rows);
    subtract_product<S>({second, stride, 1}, m, {first, stride, 1}, block_, columns, block_);
    subtract_product<S>({c, stride, 1}, {v(), block_, 1}, {second, stride, 1}, rows, columns,
                        block_);
  }

 private:
  std::size_t size(Index rows) const { return static_cast<std::size_t>(rows * block_); }

  Index block_;
  std::vector<S> v_, t_, inner_, first_, second_;
  Buffer<Reflection> reflections_;
};

/// Replaces A, which has at least as many rows as columns, by Q·sign(diag R) from its factorization
/// A = Q·R with sign(0) = 1: R's diagonal would be ≥ 0 with it, which makes it unique for a matrix
/// of full rank. The columns are orthonormal whatever A's rank is, even if it is zero: the largest
/// element of QᵀQ − I is a few units of rounding, n/2 + 8 at worst in what was tried (n equal
/// columns). Elements must be below 1e140; what is below 1e-145 doesn't count.
///
/// Golub, Van Loan: Matrix computations (2013), 5.2.
template <class S>
void make_orthonormal(Panelled<S>& a, OrthonormalWork<S>& work) {
  const Index block = a.block(), columns = a.columns();
  S* const v = work.v();
  for (Index p = 0; p < columns; p += block) {
    const Index rows = a.padded_rows() - p;
    for (Index i = 0; i < rows; ++i) std::copy_n(a.row(p + i) + p, block, v + i * block);
    Reflection* const reflections = work.reflections(p);
    for (Index j = 0; j < std::min(block, columns - p); ++j) {
      reflections[j] = make_reflection(v, block, rows, j);
      reflect_panel(v, block, rows, j, reflections[j].factor);
    }
    for (Index i = 0; i < rows; ++i) std::copy_n(v + i * block, block, a.row(p + i) + p);
    join_reflections(work.t(p), work.inner(rows), reflections, block);
    work.apply(a, p, p + block, {work.t(p), 1, block});  // transposed: the first reflection first
  }

  // Q is the reflections applied to the unit matrix, the last block first. What a block has not
  // reached yet is zero above and on the right of it.
  for (Index p = (columns - 1) / block * block; p >= 0; p -= block) {
    for (Index i = p; i < a.padded_rows(); ++i) {
      S* const row = a.row(i) + p;
      std::copy_n(row, block, v + (i - p) * block);
      std::fill_n(row, i < p + block ? a.padded_columns() - p : block, S(0));
      if (i < std::min(columns, p + block)) row[i - p] = S(1);
    }
    work.apply(a, p, p, {work.t(p), block, 1});
  }
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < columns; ++j) {
      if (work.reflections(j)->sign < 0) a(i, j) = -a(i, j);
    }
  }
}

}  // namespace eigentrain::detail
