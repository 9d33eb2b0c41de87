// SPDX-License-Identifier: MIT
// Sums over the values of sets, in an order that doesn't depend on the registers.
#pragma once

#include "eigentrain/core/convert.hpp"
#include "eigentrain/layers/sets.hpp"

namespace eigentrain::detail {

// A term is a generic lambda: term<N>(o, i, a, b) adds what belongs to the values from i on of run
// o to the sums a and b (or to a alone), which are packets of T. Sums of floats may be formed in
// float as long as few are added; such a sum is then added in double. Additions of float are twice
// as many at a time, and need no conversions.

/// Additions in float, one after the other.
inline constexpr Index float_additions = 16;

/// a[i] += the values of lanes 0 … N − 1.
template <int Bytes, int N>
EIGENTRAIN_INLINE void add_lanes(const Packet<float, N>& values, double* a) {
  constexpr int fitting = Bytes / static_cast<int>(sizeof(double)), M = N < fitting ? N : fitting;
  float copy[N];
  values.store(copy);
  for (int i = 0; i < N; i += M) {
    const auto sum = Packet<double, M>::load(a + i);
    (sum + convert<double>(Packet<float, M>::load(copy + i))).store(a + i);
  }
}

/// Adds the upper half of `From` values to the lower one until `To` are left; powers of two.
template <int Bytes, int From, int To, class T>
EIGENTRAIN_INLINE void fold_halves(T* values) {
  if constexpr (From > To) {
    constexpr int half = From / 2, fitting = Bytes / static_cast<int>(sizeof(T));
    constexpr int N = half < fitting ? half : fitting;
    for (int i = 0; i < half; i += N) {
      using P = Packet<T, N>;
      (P::load(values + i) + P::load(values + half + i)).store(values + i);
    }
    fold_halves<Bytes, half, To>(values);
  }
}

/// Sets across at a time, at most.
inline constexpr Index most_across = 1024;

/// Two sums (or one) of `count` sets across, formed in T, whose values lie in `memory`. Lined, the
/// sets before a whole cache line go by themselves, so that no register is read from two lines:
/// that pays where reading is what takes the time.
template <bool Across, bool Two, int Bytes, class T, class S, class Term>
  requires Across
EIGENTRAIN_INLINE void add_up(const SetShape& shape, const SetMemory<S>& memory, bool lined,
                              double* a, double* b, const Term& term) {
  const Index head = lined ? across_head(shape, memory) : 0;
  constexpr bool in_float = sizeof(T) < sizeof(double);
  constexpr int width = Bytes / static_cast<int>(sizeof(T));
  alignas(64) T room[in_float ? 2 * (most_across + 16) : 1];
  T *firsts, *seconds;  // the sums from strip to strip
  if constexpr (in_float) {
    firsts = room + ((0 - head) & 15);
    seconds = firsts + most_across + 16;
  } else {
    firsts = a, seconds = b;
  }
  for (Index k = 0; k < (shape.goes_on ? 0 : shape.count); ++k) {
    a[k] = 0.0;
    if constexpr (Two) b[k] = 0.0;
  }
  const auto strip = [&]<int N, bool, int... R>(Index begin, Index end,
                                                Index i) EIGENTRAIN_INLINE_LAMBDA {
    using P = Packet<T, N>;
    P first[] = {P(T(R - R))...}, second[] = {P(T(R - R))...};
    if (!in_float || begin % float_additions != 0) {
      ((first[R] = P::load(firsts + i + R * N)), ...);
      if constexpr (Two) ((second[R] = P::load(seconds + i + R * N)), ...);
    }
    for (Index run = begin; run < end; ++run) {
      (term.template operator()<N>(run, i + R * N, first[R], second[R]), ...);
    }
    if constexpr (in_float) {
      if (end % float_additions == 0 || end == shape.runs) {
        (add_lanes<Bytes>(first[R], a + i + R * N), ...);
        if constexpr (Two) (add_lanes<Bytes>(second[R], b + i + R * N), ...);
        return;
      }
    }
    (first[R].store(firsts + i + R * N), ...);
    if constexpr (Two) (second[R].store(seconds + i + R * N), ...);
  };
  const Index together = runs_together(memory);
  for (Index run = 0; run < shape.runs; run += together) {
    const Index end = shape.runs - run < together ? shape.runs : run + together;
    for_strips<width>(shape.count, head, run, end, strip);
  }
}

/// Lanes of double, in which the sums of a set along its runs end up.
inline constexpr int set_lanes = 16;

/// Two sums (or one) of one set along its runs, formed in T. Value i of a run is added to lane
/// i % 16 in double, i % 32 in float, and the lanes are added in a fixed tree; those of float down
/// to four, which are added in double.
template <bool Across, bool Two, int Bytes, class T, class S, class Term>
  requires(!Across)
EIGENTRAIN_INLINE void add_up(const SetShape& shape, const SetMemory<S>&, bool, double* a,
                              double* b, const Term& term) {
  constexpr bool in_float = sizeof(T) < sizeof(double);
  constexpr int width = Bytes / static_cast<int>(sizeof(T)), step = (in_float ? 2 : 1) * set_lanes;
  using P = Packet<T, width>;
  alignas(64) T sums[2 * step] = {};
  alignas(64) double lanes[2 * set_lanes] = {};
  Index room = float_additions;
  for (Index o = 0; o < shape.runs; ++o) {
    Index i = 0;
    while (i < shape.length) {
      Index steps = (shape.length - i) / step;
      if (steps == 0) {
        for_lanes<width>(0, shape.length - i, [&]<int N>(Index lane) EIGENTRAIN_INLINE_LAMBDA {
          using Q = Packet<T, N>;
          auto first = Q::load(sums + lane), second = Q::load(sums + step + lane);
          term.template operator()<N>(o, i + lane, first, second);
          first.store(sums + lane);
          if constexpr (Two) second.store(sums + step + lane);
        });
        i = shape.length;
        steps = 1;
      } else {
        if (in_float && steps > room) steps = room;
        [&]<int... K>(std::integer_sequence<int, K...>) EIGENTRAIN_INLINE_LAMBDA {
          // Spelled out, since compilers keep an array in registers only where they unroll the
          // loop.
          P first[] = {P::load(sums + K * width)...};
          P second[] = {P::load(sums + step + K * width)...};
          for (const Index end = i + steps * step; i < end; i += step) {
            (term.template operator()<width>(o, i + K * width, first[K], second[K]), ...);
          }
          (first[K].store(sums + K * width), ...);
          if constexpr (Two) (second[K].store(sums + step + K * width), ...);
        }(std::make_integer_sequence<int, step / width>());
      }
      if constexpr (in_float) {
        room -= steps;
        if (room == 0 || (o + 1 == shape.runs && i == shape.length)) {
          for (int which = 0; which < (Two ? 2 : 1); ++which) {
            T* const from = sums + which * step;
            fold_halves<Bytes, step, 4>(from);
            add_lanes<Bytes>(Packet<T, 4>::load(from), lanes + which * set_lanes);
          }
          for (T& sum : sums) sum = T(0);
          room = float_additions;
        }
      }
    }
  }
  const auto total = [&](int which) EIGENTRAIN_INLINE_LAMBDA {
    if constexpr (in_float) {
      fold_halves<Bytes, 4, 1>(lanes + which * set_lanes);
      return lanes[which * set_lanes];
    } else {
      fold_halves<Bytes, step, 1>(sums + which * step);
      return sums[which * step];
    }
  };
  *a = total(0);
  if constexpr (Two) *b = total(1);
}

}  // namespace eigentrain::detail
