// SPDX-License-Identifier: MIT
// The values of a channel as a set.
#pragma once

#include "eigentrain/layers/channels.hpp"
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

/// The gradients of γ and β: Σ ∂L/∂y·x̂ and Σ ∂L/∂y of every channel.
template <class S>
void channel_gradients(const Channels<const S>& gradient, const Channels<const S>& normalized,
                       S* gamma_gradient, S* beta_gradient) {
  const SetShape shape = channel_sets(gradient);
  for_set_blocks(shape, [&](Index k, Index count) {
    SetBlock<S> block;
    set_gradient_sums<Weight::none, S>(shape.part(count), channel_memory(gradient).from(k),
                                       channel_memory(normalized).from(k), nullptr, block.sums,
                                       block.products);
    set_means<S>(count, 1.0, block.sums, block.products, beta_gradient + k, gamma_gradient + k);
  });
}

}  // namespace eigentrain::detail
