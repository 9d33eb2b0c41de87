// SPDX-License-Identifier: MIT
// x̂, from x or from where it was kept.
#pragma once

#include "eigentrain/layers/sets.hpp"

namespace eigentrain::detail {

/// How the values of a set are normalized: x̂ = ((x − mean) − mean_rest)·scale. A float has too few
/// bits for the mean of values that are far from 0, so the rest of it is a second float.
template <class S>
struct Normalization {
  S* mean;
  S* mean_rest;
  S* scale;

  operator Normalization<const S>() const
    requires(!std::is_const_v<S>)
  {
    return {mean, mean_rest, scale};
  }
  Normalization from(Index k) const { return {mean + k, mean_rest + k, scale + k}; }
};

/// x̂ of one register.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> normalized_lanes(const Packet<S, N>& x, const Packet<S, N>& mean,
                                                const Packet<S, N>& rest,
                                                const Packet<S, N>& scale) {
  Packet<S, N> value = minus(x, mean);
  if constexpr (sizeof(S) < sizeof(double)) value -= rest;
  return value * scale;
}

/// Where a backward pass finds x̂: kept by the forward pass, or made Again of x.
template <class S, bool Again>
struct NormalizedBatch {
  SetMemory<const S> values;
  Normalization<const S> by = {};

  NormalizedBatch from(Index k) const {
    if constexpr (Again) return {values.from(k), by.from(k)};
    return {values.from(k), by};
  }
};

/// What a register of sets needs for that.
template <class S, int N, bool Again>
struct NormalizedLanes {
  EIGENTRAIN_INLINE Packet<S, N> of(const Packet<S, N>& value) const { return value; }
};
template <class S, int N>
struct NormalizedLanes<S, N, true> {
  Packet<S, N> mean, rest, scale;
  EIGENTRAIN_INLINE Packet<S, N> of(const Packet<S, N>& value) const {
    return normalized_lanes(value, mean, rest, scale);
  }
};
template <bool Across, bool Again, class S>
struct NormalizedSets {
  explicit EIGENTRAIN_INLINE NormalizedSets(const Normalization<const S>&) {}
  template <int N>
  EIGENTRAIN_INLINE NormalizedLanes<S, N, false> at(Index) const {
    return {};
  }
};
template <bool Across, class S>
struct NormalizedSets<Across, true, S> {
  Along<Across, S> means, rests, scales;
  explicit EIGENTRAIN_INLINE NormalizedSets(const Normalization<const S>& by)
      : means(by.mean), rests(by.mean_rest), scales(by.scale) {}
  template <int N>
  EIGENTRAIN_INLINE NormalizedLanes<S, N, true> at(Index i) const {
    return {means.template at<N>(i), rests.template at<N>(i), scales.template at<N>(i)};
  }
};

}  // namespace eigentrain::detail
