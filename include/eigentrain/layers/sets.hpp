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
