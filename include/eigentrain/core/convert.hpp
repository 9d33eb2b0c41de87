// SPDX-License-Identifier: MIT
// From float to double and back.
#pragma once

#include <cstddef>
#include <type_traits>

#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// The same values as T, for sums in double: exact when T is the wider type.
template <class T, class S, int N>
EIGENTRAIN_INLINE Packet<T, N> convert(const Packet<S, N>& a) {
  if constexpr (std::is_same_v<T, S>) {
    return a;
  } else if constexpr (N == 1) {
    return static_cast<T>(a.lanes);
  } else {
    using Target = typename Packet<T, N>::Value;
#if EIGENTRAIN_WIDE_ASM
    if constexpr (sizeof(T) == 8 && sizeof(Target) > 16) {
      Packet<T, N> result;
      asm("vcvtps2pd %1, %0" : "=v"(result.lanes) : "v"(a.lanes));
      return result;
    }
#endif
    return Packet<T, N>::from(__builtin_convertvector(a.lanes, Target));
  }
}

/// The N values at `source` as T: convert<T>(Packet<S, N>::load(source)). Processors widen while
/// they load in half the time that it takes from a register.
template <class T, int N, class S>
EIGENTRAIN_INLINE Packet<T, N> load_converted(const S* source) {
#if EIGENTRAIN_WIDE_ASM
  if constexpr (sizeof(T) > sizeof(S) && sizeof(T) * N > 16) {
    Packet<T, N> result;
    asm("vcvtps2pd %1, %0"
        : "=v"(result.lanes)
        : "m"(*reinterpret_cast<const S(*)[static_cast<std::size_t>(N)]>(source)));
    return result;
  }
#endif
  return convert<T>(Packet<S, N>::load(source));
}

}  // namespace eigentrain
