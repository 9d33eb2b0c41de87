// SPDX-License-Identifier: MIT
// What a packet is made of: the compilers' vector types, and the truth values of comparing them.
#pragma once

#include <cstdint>
#include <type_traits>

#include "eigentrain/core/simd.hpp"

// gcc's intrinsics for registers wider than the flags allow refuse to be inlined through a lambda
// that has no target of its own, and its generic vector conversions are taken apart before the
// kernel's target is known. Inline assembly has neither trouble.
#if defined(__x86_64__) && !(defined(__clang__) && __clang_major__ >= 19) && \
    (EIGENTRAIN_DISPATCH || defined(__AVX__))
#define EIGENTRAIN_WIDE_ASM 1
#else
#define EIGENTRAIN_WIDE_ASM 0
#endif
#if defined(__GNUC__) && !defined(__clang__)
#define EIGENTRAIN_IS_GCC 1
#else
#define EIGENTRAIN_IS_GCC 0
#endif

namespace eigentrain {

namespace detail {

// How two values are compared; the numbers are those of the vcmpps instruction.
enum class Order {
  equal = 0,
  less = 1,
  less_equal = 2,
  not_equal = 4,
  greater_equal = 13,
  greater = 14
};

// gcc decides how the truth values of a vector look before it knows the kernel's target. For 64
// bytes it then can't use AVX-512's mask registers, and combined comparisons fall apart into
// scalars; so there the masks are bits in an integer, made and used by inline assembly.
template <class S, int N>
inline constexpr bool has_bit_masks =
    EIGENTRAIN_WIDE_ASM && EIGENTRAIN_HAS_AVX512 && EIGENTRAIN_IS_GCC && sizeof(S) * N == 64;

template <class S, int N, bool BitMasks = has_bit_masks<S, N>>
struct Register {
#if EIGENTRAIN_VECTORS
  typedef S Value __attribute__((vector_size(sizeof(S) * N)));
  using Integers = decltype(Value{} < Value{});  // as wide as S
  using Bits = Integers;                         // all ones for true
#endif
};
template <class S, int N>
struct Register<S, N, true> : Register<S, N, false> {
  using Bits = std::conditional_t<N == 16, std::uint16_t, std::uint8_t>;
};
template <class S>
struct Register<S, 1, false> {
  using Value = S;
  using Bits = bool;
};

}  // namespace detail

/// N truth values, the result of comparing two packets. Combine with & | !, use in select().
template <class S, int N>
struct Mask {
  typename detail::Register<S, N>::Bits lanes;  ///< what the compiler compares to

  friend EIGENTRAIN_INLINE Mask operator&(const Mask& a, const Mask& b) {
    return {static_cast<decltype(lanes)>(a.lanes & b.lanes)};
  }
  friend EIGENTRAIN_INLINE Mask operator|(const Mask& a, const Mask& b) {
    return {static_cast<decltype(lanes)>(a.lanes | b.lanes)};
  }
  friend EIGENTRAIN_INLINE Mask operator!(const Mask& a) {
    if constexpr (N == 1) {
      return {!a.lanes};
    } else {
      return {static_cast<decltype(lanes)>(~a.lanes)};
    }
  }
};

}  // namespace eigentrain
