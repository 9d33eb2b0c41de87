// SPDX-License-Identifier: MIT
// The rest of the element vocabulary: roots, signs, bounds; correctly rounded or exact, lane by
// lane.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "eigentrain/core/packet.hpp"

#if defined(__x86_64__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace eigentrain {

/// √a, correctly rounded: the hardware's instruction at every width.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> sqrt(const Packet<S, N>& a) {
  Packet<S, N> result;
  if constexpr (N == 1) {
#if defined(__x86_64__)  // not std::sqrt, which has errno to set
    if constexpr (sizeof(S) == 4) {
      result.lanes = _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a.lanes)));
    } else {
      result.lanes = _mm_cvtsd_f64(_mm_sqrt_sd(_mm_setzero_pd(), _mm_set_sd(a.lanes)));
    }
#else
    result.lanes = std::sqrt(a.lanes);
#endif
  } else {
#if defined(__clang__) && __clang_major__ >= 19
    result.lanes = __builtin_elementwise_sqrt(a.lanes);
#else
    [[maybe_unused]] constexpr bool is_float = sizeof(S) == 4;
#if defined(__x86_64__)
    if constexpr (sizeof(a.lanes) == 16 && is_float) {
      result.lanes = _mm_sqrt_ps(a.lanes);
      return result;
    } else if constexpr (sizeof(a.lanes) == 16) {
      result.lanes = _mm_sqrt_pd(a.lanes);
      return result;
    }
#endif
#if EIGENTRAIN_WIDE_ASM
    if constexpr (sizeof(a.lanes) > 16 && is_float) {
      asm("vsqrtps %1, %0" : "=v"(result.lanes) : "v"(a.lanes));
      return result;
    } else if constexpr (sizeof(a.lanes) > 16) {
      asm("vsqrtpd %1, %0" : "=v"(result.lanes) : "v"(a.lanes));
      return result;
    }
#endif
#if defined(__aarch64__)
    if constexpr (sizeof(a.lanes) == 16 && is_float) {
      result.lanes = vsqrtq_f32(a.lanes);
      return result;
    } else if constexpr (sizeof(a.lanes) == 16) {
      result.lanes = vsqrtq_f64(a.lanes);
      return result;
    }
#endif
    for (int i = 0; i < N; ++i) result.lanes[i] = std::sqrt(a.lanes[i]);
#endif
  }
  return result;
}

/// |a|; the sign of NaN and of zero is cleared too.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> abs(const Packet<S, N>& a) {
  if constexpr (N == 1) {
    return std::abs(a.lanes);
  } else {
    using Integers = typename detail::Register<S, N>::Integers;
    using Value = typename Packet<S, N>::Value;
    const Integers sign = reinterpret_cast<Integers>(-Value{});  // −0 in every lane
    return Packet<S, N>::from(reinterpret_cast<Value>(reinterpret_cast<Integers>(a.lanes) & ~sign));
  }
}

/// The smaller value; NaN if either is NaN, as torch.minimum.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> min(const Packet<S, N>& a,
                                   const std::type_identity_t<Packet<S, N>>& b) {
  return select((a < b) | (a != a), a, b);
}

/// The larger value; NaN if either is NaN, as torch.maximum.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> max(const Packet<S, N>& a,
                                   const std::type_identity_t<Packet<S, N>>& b) {
  return select((a > b) | (a != a), a, b);
}

namespace detail {
/// a, to be read from memory once, for a rule that uses it often and does little else. gcc reads it
/// anew for every use that an instruction can take from memory, but caches answer one wide load a
/// cycle.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> read_once(const Packet<S, N>& a) {
  typename Packet<S, N>::Value lanes = a.lanes;  // gcc would keep a whole packet in memory
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
  asm("" : "+v"(lanes));  // what is in memory may be something else from here on
#endif
  return Packet<S, N>::from(lanes);
}

/// a > b ? a : b, which is b if one of them is NaN.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> larger(const Packet<S, N>& a, const Packet<S, N>& b) {
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
  if constexpr (has_bit_masks<S, N> && sizeof(S) == 4) {
    Packet<S, N> result;
    asm("vmaxps %2, %1, %0" : "=v"(result.lanes) : "v"(a.lanes), "v"(b.lanes));
    return result;
  }
#endif
  return select(a > b, a, b);
}
}  // namespace detail

/// a limited to [low, high]; NaN stays NaN, as torch.clamp.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> clamp(const Packet<S, N>& a,
                                     const std::type_identity_t<Packet<S, N>>& low,
                                     const std::type_identity_t<Packet<S, N>>& high) {
  return min(max(a, low), high);
}

/// −1, 0 or 1; NaN stays NaN and a zero keeps its sign.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> sign(const Packet<S, N>& a) {
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
  if constexpr (detail::has_bit_masks<S, N>) {
    // A table: zeros and NaN become themselves (1), what is above zero 1 (10), below −1 (9).
    Packet<S, N> result = a;
    if constexpr (sizeof(S) == 4) {
      const Packet<S, N> table = __builtin_bit_cast(float, 0xA9A9A111);
      asm("vfixupimmps $0, %1, %0, %0" : "+v"(result.lanes) : "v"(table.lanes));
    } else {
      const Packet<S, N> table = __builtin_bit_cast(double, 0x3FF00000A9A9A111);
      asm("vfixupimmpd $0, %1, %0, %0" : "+v"(result.lanes) : "v"(table.lanes));
    }
    return result;
  }
#endif
  return select(a > Packet<S, N>(0), S(1), select(a < Packet<S, N>(0), S(-1), a));
}

/// True where a is neither infinite nor NaN.
template <class S, int N>
EIGENTRAIN_INLINE Mask<S, N> is_finite(const Packet<S, N>& a) {
  return abs(a) <= Packet<S, N>(std::numeric_limits<S>::max());
}

/// Zero (of positive sign) where |a| is zero or subnormal, a elsewhere. A moment whose gradient has
/// vanished decays into subnormals, on which many processors are several times slower.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> flush_subnormal(const Packet<S, N>& a) {
  if constexpr (N == 1) {
    return std::abs(a.lanes) < std::numeric_limits<S>::min() ? S(0) : a.lanes;
  } else {
    // These are the values without a bit in the exponent, which infinity has all of.
    using Integers = typename detail::Register<S, N>::Integers;
    using Value = typename Packet<S, N>::Value;
    const Integers exponent =
        reinterpret_cast<Integers>(Packet<S, N>(std::numeric_limits<S>::infinity()).lanes);
    Packet<S, N> result;
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
    if constexpr (detail::has_bit_masks<S, N>) {
      // AVX-512 tests bits and clears lanes with an instruction each.
      typename detail::Register<S, N>::Bits kept;
      if constexpr (sizeof(S) == 4) {
        asm("vptestmd %2, %1, %0" : "=Yk"(kept) : "v"(a.lanes), "v"(exponent));
        asm("vmovaps %1, %0%{%2%}%{z%}" : "=v"(result.lanes) : "v"(a.lanes), "Yk"(kept));
      } else {
        asm("vptestmq %2, %1, %0" : "=Yk"(kept) : "v"(a.lanes), "v"(exponent));
        asm("vmovapd %1, %0%{%2%}%{z%}" : "=v"(result.lanes) : "v"(a.lanes), "Yk"(kept));
      }
      return result;
    }
#endif
    // Compared as numbers, since SSE2 doesn't compare integers of 64 bits.
    const Value power = reinterpret_cast<Value>(reinterpret_cast<Integers>(a.lanes) & exponent);
    result.lanes = power == Value{} ? Value{} : a.lanes;
    return result;
  }
}

}  // namespace eigentrain
