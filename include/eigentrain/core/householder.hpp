// SPDX-License-Identifier: MIT
// The orthogonal factor of a matrix, by Householder's reflections, with the same bits everywhere.
#pragma once

#include <vector>

#include "eigentrain/core/product.hpp"

namespace eigentrain::detail {

/// Room for a matrix of rows × columns, rows ≥ columns, padded with zeros as the product wants it.
/// Its rows are contiguous and an odd number of cache lines apart, so that a column's elements
/// don't compete for one set of the cache.
template <class S>
class Panelled {
 public:
  Panelled(Index rows, Index columns)
      : rows_(rows),
        columns_(columns),
        block_(columns <= product_columns ? product_columns : 2 * product_columns),
        padded_rows_((rows + product_rows - 1) / product_rows * product_rows),
        padded_columns_((columns + block_ - 1) / block_ * block_),
        stride_((padded_columns_ / product_columns | 1) * product_columns),
        values_(static_cast<std::size_t>(padded_rows_ * stride_), S(0)) {}

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index padded_rows() const { return padded_rows_; }
  Index padded_columns() const { return padded_columns_; }
  /// Columns that are reflected one by one before the rest of the matrix sees their product.
  Index block() const { return block_; }
  Index stride() const { return stride_; }

  S* row(Index i) { return values_.data() + i * stride_; }
  S& operator()(Index i, Index j) { return row(i)[j]; }
  Memory<S> memory() { return {row(0), columns_, rows_, stride_}; }

 private:
  Index rows_, columns_, block_, padded_rows_, padded_columns_, stride_;
  std::vector<S> values_;
};

/// A column's reflection, I − factor·v·vᵀ, and the sign of the multiple of a unit vector that it
/// makes of the column.
struct Reflection {
  double factor;
  double sign;
};

/// Puts the v that reflects column j, from row j on, in the place of the column: v[j] = 1, and 0
/// above. The identity (factor 0) serves for a column that is zero already below row j.
template <class S>
Reflection make_reflection(S* panel, Index block, Index rows, Index j) {
  S* const column = panel + j;
  Exact sums[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};  // shorter ones round less
  for (Index i = j + 1; i < rows; ++i) {
    const Exact value(static_cast<double>(column[i * block]));
    sums[i % 8] += value * value;
  }
  for (int half = 4; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) sums[i] += sums[i + half];
  }
  const Exact rest = sums[0], top(static_cast<double>(column[j * block]));
  const bool negative = top[0] < 0.0;  // a zero of either sign counts as positive
  for (Index i = 0; i < j; ++i) column[i * block] = S(0);
  column[j * block] = S(1);
  // Below 1e-145 squares lose their precision, so all that counts as zero.
  if (!(rest[0] > 1e-290)) {
    for (Index i = j + 1; i < rows; ++i) column[i * block] = S(0);
    return {0.0, negative ? -1.0 : 1.0};
  }
  const Exact norm = sqrt(top * top + rest);
  const Exact target = negative ? norm : -norm;  // the sign that lets nothing cancel
  const Exact pivot = top - target;
  for (Index i = j + 1; i < rows; ++i) {
    column[i * block] = static_cast<S>((Exact(static_cast<double>(column[i * block])) / pivot)[0]);
  }
  return {((target - top) / target)[0], negative ? 1.0 : -1.0};
}

/// Applies column j's reflection to the columns of the panel after it. Needs rows in multiples
/// of 8.
template <class S>
void reflect_panel(S* panel, Index block, Index rows, Index j, double factor) {
  S factors[2 * product_columns];
  for (Index c = 0; c < block; ++c) factors[c] = c > j ? static_cast<S>(factor) : S(0);
  const S* const scales = factors;
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    using P = Packet<S, Bytes / static_cast<int>(sizeof(S))>;
    [&]<int... I>(std::integer_sequence<int, I...>) EIGENTRAIN_INLINE_LAMBDA {
      const Index first = j / product_rows * product_rows;  // v is 0 above row j
      for (Index c = j / P::size * P::size; c < block; c += P::size) {
        P sums[] = {((void)I, P(S(0)))...};
        for (Index i = first; i < rows; i += product_rows) {
          S* const at = panel + i * block;
          ((sums[I] += P(at[I * block + j]) * P::load(at + I * block + c)), ...);
        }
        const P product = ((sums[0] + sums[4]) + (sums[2] + sums[6])) +
                          ((sums[1] + sums[5]) + (sums[3] + sums[7]));
        const P scaled = product * P::load(scales + c);
        for (Index i = first; i < rows; i += product_rows) {
          S* const at = panel + i * block;
          ((P::load(at + I * block + c) - P(at[I * block + j]) * scaled).store(at + I * block + c),
           ...);
        }
      }
    }(std::make_integer_sequence<int, static_cast<int>(product_rows)>());
  });
}

/// The upper triangle T with I − V·T·Vᵀ = the product of a block's reflections, the first one
/// leftmost; `inner` is −VᵀV.
///
/// Schreiber, Van Loan: A storage-efficient WY representation for products of Householder
/// transformations (1989).
template <class S>
void join_reflections(S* t, const S* inner, const Reflection* reflections, Index block) {
  for (Index j = 0; j < block; ++j) {
    const Exact factor(reflections[j].factor);
    for (Index i = 0; i < block; ++i) {
      Exact sum(0.0);
      for (Index k = i; k < j; ++k) {
        sum += Exact(static_cast<double>(t[i * block + k])) *
               Exact(static_cast<double>(inner[k * block + j]));
      }
      t[i * block + j] = i < j ? static_cast<S>((factor * sum)[0]) : S(0);
    }
    t[j * block + j] = static_cast<S>(factor[0]);
  }
}

}  // namespace eigentrain::detail
