// SPDX-License-Identifier: MIT
// Mean squares of a matrix by row and column, and values divided by their roots.
#pragma once

#include "eigentrain/core/convert.hpp"
#include "eigentrain/core/l2_norm.hpp"
#include "eigentrain/core/scratch.hpp"
#include "eigentrain/core/update.hpp"
#include "eigentrain/core/values.hpp"

namespace eigentrain::detail {

struct FactoredOptions {
  double weight;   ///< of the new squares in their mean, in [0, 1]
  double epsilon;  ///< the least root, or what is added to squares
  bool added;
};

/// sums[i] += values[i]² for n values, in double.
template <class S>
void add_squares(double* sums, const S* values, Index n) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int width = Bytes / static_cast<int>(sizeof(double));
    const auto add = [&]<int N>(Index i, std::integral_constant<int, N>) EIGENTRAIN_INLINE_LAMBDA {
      const auto value = convert<double>(Packet<S, N>::load(values + i));
      (Packet<double, N>::load(sums + i) + value * value).store(sums + i);
    };
    Index i = 0;
    for (; i + width <= n; i += width) add(i, std::integral_constant<int, width>());
    for (; i < n; ++i) add(i, std::integral_constant<int, 1>());
  });
}

EIGENTRAIN_NOINLINE inline void mix_square(double& mean, double square,
                                           const FactoredOptions& how) {
  const Exact fresh = how.added ? Exact(square) + how.epsilon : Exact(square);
  mean = ((Exact(1.0) - how.weight) * mean + Exact(how.weight) * fresh)[0];
}

/// Takes a matrix, `outer` lines of `inner` values one after the other, into its mean squares,
/// those across the lines first, and divides it by the roots of their products.
template <class S>
void divide_factored(S* values, Index inner, Index outer, double* squares,
                     const FactoredOptions& how, Scratch& scratch) {
  // Only one of the two at a time: sums, then factors.
  double* const sums = scratch.room<double>(inner);
  std::fill_n(sums, inner, 0.0);
  for (Index line = 0; line < outer; ++line) add_squares(sums, values + line * inner, inner);
  Exact mean = 0.0;
  for (Index i = 0; i < inner; ++i) {
    mix_square(squares[i], sums[i] / static_cast<double>(outer), how);
    mean += squares[i];
  }
  mean /= static_cast<double>(inner);
  if (!how.added && mean[0] < how.epsilon) mean = how.epsilon;
  S* const factors = scratch.room<S>(inner);
  for (Index i = 0; i < inner; ++i) factors[i] = S((Exact(1.0) / sqrt(squares[i] / mean))[0]);
  const S most = how.added ? std::numeric_limits<S>::infinity() : S(1.0 / how.epsilon);
  for (Index line = 0; line < outer; ++line) {
    S* const at = values + line * inner;
    const double square = Values<S>{at, inner}.sum(squared) / static_cast<double>(inner);
    mix_square(squares[inner + line], square, how);
    const S factor = S((Exact(1.0) / sqrt(Exact(squares[inner + line])))[0]);
    update_run<Assign>(at, at, std::array<S*, 1>{factors}, inner,
                       [factor, most](const auto& v, const auto&, auto& across) {
                         return flush_subnormal(v * min(factor * across, most));
                       });
  }
}

/// The same with a mean square for each value.
template <class S>
void divide_elementwise(S* values, Index n, double* squares, const FactoredOptions& how) {
  for (Index i = 0; i < n; ++i) {
    const Exact value = static_cast<double>(values[i]);
    mix_square(squares[i], (value * value)[0], how);
    const Exact root = sqrt(Exact(squares[i]));
    const Packet<S, 1> ratio =
        S((value / (!how.added && root[0] < how.epsilon ? Exact(how.epsilon) : root))[0]);
    values[i] = flush_subnormal(ratio)[0];
  }
}

}  // namespace eigentrain::detail
