// SPDX-License-Identifier: MIT
// The first and the last values of a run, fewer than a register holds.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <cstring>

#include "eigentrain/core/packet.hpp"

namespace eigentrain::detail {

/// How many values lie before the first one at which a register of `width` values, a power of two,
/// is aligned; 0 where aligning isn't worth it or isn't possible.
template <class S>
Eigen::Index head_size(const S* first, Eigen::Index n, Eigen::Index width) {
  const auto address = reinterpret_cast<std::uintptr_t>(first);
  if (n < 48 * width || address % sizeof(S) != 0) return 0;
  return static_cast<Eigen::Index>((0 - address / sizeof(S)) & static_cast<std::size_t>(width - 1));
}

/// Values in the widest register of any level.
template <class S>
inline constexpr Eigen::Index padded_size = 64 / static_cast<Eigen::Index>(sizeof(S));

/// Copies `count` values, 0 < count < padded_size, into room for padded_size. The rest repeats the
/// last value: it raises no floating-point exception that a real element would not raise. Returns
/// the room.
template <class S>
EIGENTRAIN_NOINLINE S* pad(S* room, const S* source, Eigen::Index count) {
  for (Eigen::Index i = 0; i < padded_size<S>; ++i) room[i] = source[i < count ? i : count - 1];
  return room;
}

}  // namespace eigentrain::detail
