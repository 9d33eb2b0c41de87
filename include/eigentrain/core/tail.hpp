// SPDX-License-Identifier: MIT
// The first and the last values of a run, fewer than a register holds.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "eigentrain/core/packet.hpp"

namespace eigentrain::detail {

/// How many values lie before the first one at which a register of N is aligned; 0 where aligning
/// isn't worth it or isn't possible.
template <class S, int N>
EIGENTRAIN_INLINE int head_size(const S* first, Eigen::Index n) {
  const auto address = reinterpret_cast<std::uintptr_t>(first);
  if (n < 48 * N || address % sizeof(S) != 0) return 0;
  return static_cast<int>((0 - address / sizeof(S)) % N);
}

/// Values in the widest register of any level.
template <class S>
inline constexpr Eigen::Index padded_size = 64 / static_cast<Eigen::Index>(sizeof(S));

/// Copies `count` values, 0 < count < padded_size, into room for padded_size. The rest repeats the
/// last value: it raises no floating-point exception that a real element would not raise.
template <class S>
void pad(S* room, const S* source, Eigen::Index count) {
  for (Eigen::Index i = 0; i < padded_size<S>; ++i) room[i] = source[i < count ? i : count - 1];
}

}  // namespace eigentrain::detail
