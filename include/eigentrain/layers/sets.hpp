// SPDX-License-Identifier: MIT
// Sets of values that share a mean and a scale, wherever a layout puts them.
//
// A set has `runs` runs of `length` neighbouring values. There are two ways to walk over sets:
// across them (length 1, neighbouring sets side by side in a register, each lane its own set) and
// along their runs. Either way a set's sum has one fixed order, so a result depends neither on the
// registers nor on the place of the set.
#pragma once

#include <cstdint>
#include <type_traits>

#include "eigentrain/core/functions.hpp"
#include "eigentrain/core/parallel.hpp"
#include "eigentrain/layers/columns.hpp"

namespace eigentrain::detail {

/// `across` means length 1 and sets that are neighbours, `large` that a cache can't hold all
/// values, `goes_on` that sums across are added to what is there.
struct SetShape {
  Index count;
  Index runs;
  Index length;
  bool across;
  bool large = false;
  bool goes_on = false;

  SetShape part(Index sets) const { return {sets, runs, length, across, large, goes_on}; }
  double size() const { return static_cast<double>(runs * length); }
};

/// The ways in which a caller's sets are walked over. Others than its own are not compiled: half of
/// what a layer of matrices would take.
enum class Walk { across, along, either };

/// Calls body(std::bool_constant<Across>()).
template <Walk W, class Body>
void walk(const SetShape& shape, const Body& body) {
  if constexpr (W == Walk::either) {
    return shape.across ? body(std::true_type()) : body(std::false_type());
  } else {
    return body(std::bool_constant<W == Walk::across>());
  }
}

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

// Runs shorter than this are not worth a head of their own, before the first whole cache line.
inline constexpr Index shortest_lined = 64;

template <class S>
EIGENTRAIN_INLINE Index line_head(const S* target) {
  const auto place = reinterpret_cast<std::uintptr_t>(target) / sizeof(S);
  return static_cast<Index>((0 - place) % (64 / sizeof(S)));
}

// The sets before the first whole cache line, where it is the same one in all runs.
template <class S>
EIGENTRAIN_INLINE Index across_head(const SetShape& shape, const SetMemory<S>& memory) {
  const bool lined =
      shape.count >= shortest_lined && memory.run * static_cast<Index>(sizeof(S)) % 64 == 0;
  return lined ? line_head(memory.data) : 0;
}

/// a − b. In AVX-512's registers as a·1 − b with one rounding, which is the same number: processors
/// with adders and multipliers of their own (Zen 4) then have both at work in loops of additions.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> minus(const Packet<S, N>& a, const Packet<S, N>& b) {
#if EIGENTRAIN_WIDE_ASM
  if constexpr (sizeof(a.lanes) == 64) {
    Packet<S, N> result = a;
    const Packet<S, N> one(S(1));
    if constexpr (sizeof(S) == 4) {
      asm("vfmsub132ps %2, %1, %0" : "+v"(result.lanes) : "v"(b.lanes), "v"(one.lanes));
    } else {
      asm("vfmsub132pd %2, %1, %0" : "+v"(result.lanes) : "v"(b.lanes), "v"(one.lanes));
    }
    return result;
  }
#endif
  return a - b;
}

/// Runs that are walked along together, across sets. Those that lie far from each other are
/// streams of their own, of which processors foresee four.
template <class S>
EIGENTRAIN_INLINE Index runs_together(const SetMemory<S>& memory) {
  return memory.run * static_cast<Index>(sizeof(S)) <= 1024 ? 16 : 4;
}

/// Calls body<N, false, R...>(first, last, i) for registers of N neighbouring sets, of which number
/// R begins at i + R·N: strips of some cache lines, so that what belongs to the sets stays in
/// registers. (A pack, since compilers keep an array in registers only where nothing is left of the
/// loop; and with no other lambda around it, of which gcc optimizes each with all that is in it.)
/// The first `head` sets go by themselves.
template <int Width, class Body>
EIGENTRAIN_INLINE void for_strips(Index sets, Index head, Index first, Index last,
                                  const Body& body) {
  Index i = 0;
  for (const Index end : {head, sets}) {  // loops that are compiled once for both
    for (; end - i >= 4 * Width; i += 4 * Width) {
      body.template operator()<Width, false, 0, 1, 2, 3>(first, last, i);
    }
    for_lanes<Width, false, 0>(i, end, body, first, last);
    i = end;
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
