// SPDX-License-Identifier: MIT
// What sums are formed of: lanes, and what is folded into them.
#pragma once

#include <limits>

#include "eigentrain/core/functions.hpp"

namespace eigentrain::detail {

// Element number i, counted through all tensors, is added to lane i % lanes of its chunk. Lanes,
// then chunks, are folded in a fixed order. 32 lanes of double keep four 512-bit adders busy.
inline constexpr int reduction_lanes = 32;

struct Sum {
  static constexpr double start = 0.0;
  template <int N>
  static EIGENTRAIN_INLINE Packet<double, N> fold(const Packet<double, N>& a,
                                                  const Packet<double, N>& b) {
    return a + b;
  }
};

struct Max {
  static constexpr double start = -std::numeric_limits<double>::infinity();
  template <int N>
  static EIGENTRAIN_INLINE Packet<double, N> fold(const Packet<double, N>& a,
                                                  const Packet<double, N>& b) {
    return max(a, b);
  }
};

// What a term makes of a register: a value to fold in; the square of one of its arguments, to be
// added; or two of these, which are folded side by side in the same pass, the second into lanes of
// its own behind the first's.
template <class D>
struct Square {
  D root;
};
template <class D>
Square(const D&) -> Square<D>;
template <class First, class Second>
struct Both {
  First first;
  Second second;
};
template <class First, class Second>
Both(const First&, const Second&) -> Both<First, Second>;

template <class D>
D lanes_for(const D&);
template <class D>
D lanes_for(const Square<D>&);
template <class First, class Second>
auto lanes_for(const Both<First, Second>& both)
    -> Both<decltype(lanes_for(both.first)), decltype(lanes_for(both.second))>;

template <class D>
EIGENTRAIN_INLINE void load_lanes(D& to, const double* from) {
  to = D::load(from);
}
template <class D>
EIGENTRAIN_INLINE void load_lanes(Both<D, D>& to, const double* from) {
  to = {D::load(from), D::load(from + reduction_lanes)};
}
template <class Fold, bool Fused, int N>
EIGENTRAIN_INLINE void fold_into(Packet<double, N>& sum, const Packet<double, N>& value) {
  sum = Fold::fold(sum, value);
}
// Fused: by the instruction that multiplies and adds with one rounding. It gives the bits of two
// where the product needs none: a float's square is exact in double.
template <class Fold, bool Fused, int N>
EIGENTRAIN_INLINE void fold_into(Packet<double, N>& sum, const Square<Packet<double, N>>& square) {
#if EIGENTRAIN_HAS_AVX512
  if constexpr (Fused) {
#if EIGENTRAIN_IS_GCC
    asm("vfmadd231pd %1, %1, %0" : "+v"(sum.lanes) : "v"(square.root.lanes));
    return;
#elif __has_builtin(__builtin_elementwise_fma)
    sum.lanes = __builtin_elementwise_fma(square.root.lanes, square.root.lanes, sum.lanes);
    return;
#endif
  }
#endif
  sum = Fold::fold(sum, square.root * square.root);
}
template <class Fold, bool Fused, class D, class First, class Second>
EIGENTRAIN_INLINE void fold_into(Both<D, D>& sum, const Both<First, Second>& value) {
  fold_into<Fold, Fused>(sum.first, value.first);
  fold_into<Fold, Fused>(sum.second, value.second);
}
template <class D>
EIGENTRAIN_INLINE void store_lanes(const D& sum, double* to) {
  sum.store(to);
}
template <class D>
EIGENTRAIN_INLINE void store_lanes(const Both<D, D>& sum, double* to) {
  sum.first.store(to);
  sum.second.store(to + reduction_lanes);
}
/// The same, in the lanes where `inside` isn't 0.
template <class D>
EIGENTRAIN_INLINE void store_some(const D& inside, const D& sum, double* to) {
  select(inside > D(0.0), sum, D::load(to)).store(to);
}
template <class D>
EIGENTRAIN_INLINE void store_some(const D& inside, const Both<D, D>& sum, double* to) {
  store_some(inside, sum.first, to);
  store_some(inside, sum.second, to + reduction_lanes);
}

/// Halves the lanes until one is left: a fixed tree.
template <class Fold>
double fold_lanes(double* lanes) {
  for (int half = reduction_lanes / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; ++lane) {
      lanes[lane] = Fold::template fold<1>(lanes[lane], lanes[lane + half])[0];
    }
  }
  return lanes[0];
}

}  // namespace eigentrain::detail
