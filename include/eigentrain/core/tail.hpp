// SPDX-License-Identifier: MIT
// The first and the last values of a run, fewer than a register holds.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <cstring>

#include "eigentrain/core/packet.hpp"

namespace eigentrain::detail {

// A power of two at a time, so that every copy has a size known to the compiler.
template <int Piece, class S>
EIGENTRAIN_INLINE void copy_pieces(S* target, const S* source, int count) {
  if constexpr (Piece > 0) {
    if ((count & Piece) != 0) {
      std::memcpy(target, source, Piece * sizeof(S));
      target += Piece;
      source += Piece;
    }
    copy_pieces<Piece / 2>(target, source, count);
  }
}

/// How many values lie before the first one at which a register of N is aligned; 0 where aligning
/// isn't worth it or isn't possible.
template <class S, int N>
EIGENTRAIN_INLINE int head_size(const S* first, Eigen::Index n) {
  const auto address = reinterpret_cast<std::uintptr_t>(first);
  if (n < 64 * N || address % sizeof(S) != 0) return 0;
  return static_cast<int>((0 - address / sizeof(S)) % N);
}

/// Copies the first `count` values, 0 < count < N, into a buffer of N. The other lanes repeat the
/// last value: they raise no floating-point exception that a real element would not raise.
template <class S, int N>
EIGENTRAIN_INLINE void fill_register(S* buffer, const S* source, int count) {
  Packet<S, N> values(source[count - 1]);
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
  if constexpr (has_bit_masks<S, N>) {
    using Value = typename Packet<S, N>::Value;
    const auto mask = static_cast<typename Register<S, N>::Bits>((1u << count) - 1);
    const Value* whole = reinterpret_cast<const Value*>(source);  // masked lanes aren't touched
    if constexpr (sizeof(S) == 4) {
      asm("vmovups %1, %0%{%2%}" : "+v"(values.lanes) : "m"(*whole), "Yk"(mask));
    } else {
      asm("vmovupd %1, %0%{%2%}" : "+v"(values.lanes) : "m"(*whole), "Yk"(mask));
    }
    values.store(buffer);
    return;
  }
#endif
  values.store(buffer);
  copy_pieces<N / 2>(buffer, source, count);
}

/// Copies the first `count` values back.
template <class S, int N>
EIGENTRAIN_INLINE void empty_register(S* target, const S* buffer, int count) {
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
  if constexpr (has_bit_masks<S, N>) {
    using Value = typename Packet<S, N>::Value;
    const auto mask = static_cast<typename Register<S, N>::Bits>((1u << count) - 1);
    const Packet<S, N> values = Packet<S, N>::load(buffer);
    Value* whole = reinterpret_cast<Value*>(target);
    if constexpr (sizeof(S) == 4) {
      asm("vmovups %1, %0%{%2%}" : "+m"(*whole) : "v"(values.lanes), "Yk"(mask));
    } else {
      asm("vmovupd %1, %0%{%2%}" : "+m"(*whole) : "v"(values.lanes), "Yk"(mask));
    }
    return;
  }
#endif
  copy_pieces<N / 2>(target, buffer, count);
}

}  // namespace eigentrain::detail
