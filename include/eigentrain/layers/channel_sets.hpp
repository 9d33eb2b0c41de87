// SPDX-License-Identifier: MIT
// The values of a channel as a set.
#pragma once

#include "eigentrain/layers/channels.hpp"
#include "eigentrain/layers/set_gradients.hpp"
#include "eigentrain/layers/set_statistics.hpp"
#include "eigentrain/layers/set_sums.hpp"

namespace eigentrain::detail {

/// From 16 MiB on.
template <class S>
inline constexpr Index large_size = Index(1 << 24) / static_cast<Index>(sizeof(S));

/// Every channel's values, of all samples.
template <class S>
SetShape channel_sets(const Channels<S>& batch) {
  return {batch.channels, batch.samples * batch.positions, batch.inner, batch.inner == 1,
          batch.size() >= large_size<S>};
}

template <class S>
SetMemory<S> channel_memory(const Channels<S>& batch) {
  return {batch.data, batch.inner, batch.stride};
}

/// How channels are walked over in matrices; in tensors, their place decides.
inline constexpr Walk in_matrices = Walk::across;

/// Σ ∂L/∂y and Σ ∂L/∂y·x̂ of every channel; or, for sets across, what this part of the batch adds.
template <class S, Walk W, bool Again>
void channel_gradient_sums(const Channels<const S>& gradient,
                           const NormalizedBatch<S, Again>& batch, double* sums, double* products,
                           bool goes_on) {
  SetShape shape = channel_sets(gradient);
  shape.goes_on = goes_on;
  parallel_ranges(shape.count, set_block, [&](Index begin, Index end) {
    for (Index k = begin; k < end; k += most_across) {
      const Index count = end - k < most_across ? end - k : most_across;
      set_gradient_sums<Weight::none, S, W>(shape.part(count), channel_memory(gradient).from(k),
                                            batch.from(k), nullptr, sums + k, products + k);
    }
  });
}

}  // namespace eigentrain::detail
