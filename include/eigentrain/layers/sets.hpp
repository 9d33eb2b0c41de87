// SPDX-License-Identifier: MIT
// Sets of values that share a mean and a scale, wherever a layout puts them.
//
// A set has `runs` runs of `length` neighbouring values. There are two ways to walk over sets:
// across them (length 1, neighbouring sets side by side in a register, each lane its own set) and
// along their runs. Either way a set's sum has one fixed order, so a result depends neither on the
// registers nor on the place of the set.
#pragma once

#include "eigentrain/core/functions.hpp"
#include "eigentrain/core/parallel.hpp"
#include "eigentrain/layers/columns.hpp"

namespace eigentrain::detail {

/// `across` means length 1 and sets that are neighbours, `large` that a cache can't hold all
/// values.
struct SetShape {
  Index count;
  Index runs;
  Index length;
  bool across;
  bool large = false;

  SetShape part(Index sets) const { return {sets, runs, length, across, large}; }
  double size() const { return static_cast<double>(runs * length); }
};

/// Value i of run o of set k lies at data[k·set + o·run + i].
template <class S>
struct SetMemory {
  S* data;
  Index set;
  Index run;

  SetMemory from(Index k) const { return {data + k * set, set, run}; }
  operator SetMemory<const S>() const { return {data, set, run}; }
};

/// What a factor of the values depends on: nothing (there is none), the set, or the place within
/// the set (of which the run is one, or the value in the run).
enum class Weight { none, set, place };

// Values for the lanes from i on: neighbours, or the same one for all. That one is read only once,
// which a pointer alone wouldn't allow, since stores might change it.
template <bool Neighbours, class S>
struct Along {
  const S* from;
  S first;

  explicit EIGENTRAIN_INLINE Along(const S* values) : from(values), first(*values) {}
  template <int N>
  EIGENTRAIN_INLINE Packet<S, N> at(Index i) const {
    if constexpr (Neighbours) {
      return Packet<S, N>::load(from + i);
    } else {
      return Packet<S, N>(first);
    }
  }
};

/// The weights of run o of set k, of which there is one a set or one a place.
template <bool Across, Weight Which, class S>
EIGENTRAIN_INLINE auto weights_of(const S* values, Index k, Index o) {
  if constexpr (Which == Weight::set) {
    return Along<Across, S>(values + k);
  } else {
    return Along<!Across, S>(values + (Across ? o : 0));
  }
}

inline constexpr int set_lanes = 16;

/// Two sums (or one) of all values of a set, or of `count` sets across: term<N>(o, i, a, b) adds
/// the values from i on of run o to the sums a and b. Along runs, value i is added to lane i % 16,
/// and the lanes are added in a fixed tree.
template <bool Across, bool Two, int Bytes, class Term>
EIGENTRAIN_INLINE void add_up(const SetShape& shape, double* a, double* b, const Term& term) {
  constexpr int width = Bytes / static_cast<int>(sizeof(double));
  using D = Packet<double, width>;
  if constexpr (Across) {
    const auto add = [&]<int Runs>(Index o, Index sets) EIGENTRAIN_INLINE_LAMBDA {
      for_lanes<width>(0, sets, [&]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
        auto first = Packet<double, N>::load(a + i), second = Packet<double, N>::load(b + i);
        for (Index run = o; run < o + Runs; ++run)
          term.template operator()<N>(run, i, first, second);
        first.store(a + i);
        if constexpr (Two) second.store(b + i);
      });
    };
    for_lanes<width>(0, shape.count, [&]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
      Packet<double, N>(0.0).store(a + i);
      if constexpr (Two) Packet<double, N>(0.0).store(b + i);
    });
    Index o = 0;
    for (; o + 4 <= shape.runs; o += 4) add.template operator()<4>(o, shape.count);
    for (; o < shape.runs; ++o) add.template operator()<1>(o, shape.count);
  } else {
    double lanes[2 * set_lanes] = {};
    double* const others = lanes + set_lanes;
    for (Index o = 0; o < shape.runs; ++o) {
      Index i = 0;
      [&]<int... K>(std::integer_sequence<int, K...>) EIGENTRAIN_INLINE_LAMBDA {
        // Spelled out, since compilers keep an array in registers only where they unroll the loop.
        D first[] = {D::load(lanes + K * width)...};
        D second[] = {D::load(others + K * width)...};
        for (; i + set_lanes <= shape.length; i += set_lanes) {
          (term.template operator()<width>(o, i + K * width, first[K], second[K]), ...);
        }
        (first[K].store(lanes + K * width), ...);
        if constexpr (Two) (second[K].store(others + K * width), ...);
      }(std::make_integer_sequence<int, set_lanes / width>());
      for_lanes<width>(0, shape.length - i, [&]<int N>(Index lane) EIGENTRAIN_INLINE_LAMBDA {
        auto one = Packet<double, N>::load(lanes + lane);
        auto other = Packet<double, N>::load(others + lane);
        term.template operator()<N>(o, i + lane, one, other);
        one.store(lanes + lane);
        if constexpr (Two) other.store(others + lane);
      });
    }
    for (Index half = set_lanes / 2; half > 0; half /= 2) {
      for_lanes<width>(0, half, [&]<int N>(Index lane) EIGENTRAIN_INLINE_LAMBDA {
        using P = Packet<double, N>;
        (P::load(lanes + lane) + P::load(lanes + half + lane)).store(lanes + lane);
        if constexpr (Two) {
          (P::load(others + lane) + P::load(others + half + lane)).store(others + lane);
        }
      });
    }
    *a = lanes[0];
    if constexpr (Two) *b = others[0];
  }
}

/// Sets at a time: what is known of them then fits on the stack, and their values mostly into the
/// cache.
inline constexpr Index set_block = 256;

/// Calls body(first, count) for blocks of sets, on several threads where those are on.
template <class Body>
void for_set_blocks(const SetShape& shape, const Body& body) {
  const Index size = shape.runs * shape.length;
  const Index fitting = size < 1 ? set_block : 8192 / size;
  const Index block =
      shape.across || fitting > set_block ? set_block : (fitting < 1 ? Index(1) : fitting);
  parallel_ranges(shape.count, block, [&](Index begin, Index end) {
    for (Index k = begin; k < end; k += block) body(k, end - k < block ? end - k : block);
  });
}

}  // namespace eigentrain::detail
