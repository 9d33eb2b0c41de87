// SPDX-License-Identifier: MIT
// A matrix product with the same bits everywhere, for factorizations: Eigen's own depends on the
// registers and the compiler.
#pragma once

#include <algorithm>
#include <utility>

#include "eigentrain/core/functions.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain::detail {

/// A matrix in memory: element (i, j) lies at data[i·row + j·column].
template <class S>
struct Strided {
  S* data;
  Index row;
  Index column;
};

/// Rows, and values along a row, that the product takes at a time. Whoever calls it pads.
inline constexpr Index product_rows = 8;
inline constexpr Index product_columns = 16;
/// Terms that are summed one after the other before the sum is subtracted. More would round worse,
/// and not fit the first cache.
inline constexpr Index product_depth = 128;

// Eight rows of one register: each element is a sum of its own, in the order of the terms, so that
// it doesn't depend on how many lanes there are.
template <class P, class S>
EIGENTRAIN_INLINE void product_tile(const Strided<S>& c, const Strided<const S>& a,
                                    const Strided<const S>& b, Index depth) {
  [&]<int... I>(std::integer_sequence<int, I...>) EIGENTRAIN_INLINE_LAMBDA {
    P sums[] = {((void)I, P(S(0)))...};
    for (Index k = 0; k < depth; ++k) {
      const P right = P::load(b.data + k * b.row);
      const S* left = a.data + k * a.column;
      ((sums[I] += P(left[I * a.row]) * right), ...);
    }
    ((P::load(c.data + I * c.row) - sums[I]).store(c.data + I * c.row), ...);
  }(std::make_integer_sequence<int, static_cast<int>(product_rows)>());
}

/// C −= A·B, where C is rows × columns, and the rows of B and C are contiguous (column = 1). Needs
/// rows in multiples of 8 and columns of 16; memory for C and for the others must be apart.
template <class S>
void subtract_product(const Strided<S>& c, const Strided<const S>& a, const Strided<const S>& b,
                      Index rows, Index columns, Index depth) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    using P = Packet<S, Bytes / static_cast<int>(sizeof(S))>;
    for (Index k = 0; k < depth; k += product_depth) {
      const Index terms = std::min(product_depth, depth - k);
      for (Index j = 0; j < columns; j += P::size) {
        const Strided<const S> right{b.data + k * b.row + j, b.row, 1};
        for (Index i = 0; i < rows; i += product_rows) {
          product_tile<P>({c.data + i * c.row + j, c.row, 1},
                          {a.data + i * a.row + k * a.column, a.row, a.column}, right, terms);
        }
      }
    }
  });
}

}  // namespace eigentrain::detail
