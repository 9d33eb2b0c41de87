// SPDX-License-Identifier: MIT
// The element vocabulary: the arithmetic that a rule may use, on registers of any width.
//
// A rule is written once for ONE element, as a generic lambda; the engine calls it with packets.
// Every operation here is correctly rounded (+ − × ÷ √) or exact, lane by lane, so an element's
// result is the same in a register of one lane and of sixteen.
//
// Operands are taken by reference: vectors wider than the flags allow have no calling convention
// of their own, and passing them by value makes gcc talk about it.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "eigentrain/core/simd.hpp"

#if defined(__x86_64__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// gcc's intrinsics for registers wider than the flags allow refuse to be inlined through a lambda
// that has no target of its own, and its generic vector conversions are taken apart before the
// kernel's target is known. Inline assembly has neither trouble.
#if defined(__x86_64__) && !(defined(__clang__) && __clang_major__ >= 19) && \
    (EIGENTRAIN_DISPATCH || defined(__AVX__))
#define EIGENTRAIN_WIDE_ASM 1
#else
#define EIGENTRAIN_WIDE_ASM 0
#endif

namespace eigentrain {

namespace detail {

template <class S, int N>
struct Register {
#if EIGENTRAIN_VECTORS
  typedef S Value __attribute__((vector_size(sizeof(S) * N)));
  using Bits = decltype(Value{} < Value{});  // integers of the same size, all ones or all zeros
#endif
};
template <class S>
struct Register<S, 1> {
  using Value = S;
  using Bits = bool;
};

}  // namespace detail

/// N truth values, the result of comparing two packets. Combine with & | !, use in select().
template <class S, int N>
struct Mask {
  typename detail::Register<S, N>::Bits lanes;

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
      return {~a.lanes};
    }
  }
};

/// N values of S (float or double) in a register. A scalar converts to a packet of equal lanes.
template <class S, int N>
struct Packet {
  using Scalar = S;
  using Value = typename detail::Register<S, N>::Value;
  static constexpr int size = N;

  Value lanes;

  Packet() = default;
  // Negated twice, so that the register comes out of an arithmetic operation: without one, gcc
  // writes a plain splat lane by lane while the target of the kernel isn't known yet, and never
  // mends it. Not 0 + value, which would lose the sign of −0.
  EIGENTRAIN_INLINE Packet(S value) : lanes(-(-value - Value{})) {}  // NOLINT: implicit on purpose
  static EIGENTRAIN_INLINE Packet from(const Value& value) {
    Packet result;
    result.lanes = value;
    return result;
  }

  static EIGENTRAIN_INLINE Packet load(const S* source) {
    Packet result;
    std::memcpy(&result.lanes, source, sizeof(Value));
    return result;
  }
  EIGENTRAIN_INLINE void store(S* target) const { std::memcpy(target, &lanes, sizeof(Value)); }
  EIGENTRAIN_INLINE S operator[](int lane) const {
    if constexpr (N == 1) {
      return lanes;
    } else {
      return lanes[lane];
    }
  }

  friend EIGENTRAIN_INLINE Packet operator+(const Packet& a, const Packet& b) {
    return rounded(a.lanes + b.lanes);
  }
  friend EIGENTRAIN_INLINE Packet operator-(const Packet& a, const Packet& b) {
    return rounded(a.lanes - b.lanes);
  }
  friend EIGENTRAIN_INLINE Packet operator*(const Packet& a, const Packet& b) {
    return rounded(a.lanes * b.lanes);
  }
  friend EIGENTRAIN_INLINE Packet operator/(const Packet& a, const Packet& b) {
    return rounded(a.lanes / b.lanes);
  }
  friend EIGENTRAIN_INLINE Packet operator-(const Packet& a) { return from(-a.lanes); }
  EIGENTRAIN_INLINE Packet& operator+=(const Packet& b) { return *this = *this + b; }
  EIGENTRAIN_INLINE Packet& operator-=(const Packet& b) { return *this = *this - b; }
  EIGENTRAIN_INLINE Packet& operator*=(const Packet& b) { return *this = *this * b; }
  EIGENTRAIN_INLINE Packet& operator/=(const Packet& b) { return *this = *this / b; }

  friend EIGENTRAIN_INLINE Mask<S, N> operator<(const Packet& a, const Packet& b) {
    return {a.lanes < b.lanes};
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator<=(const Packet& a, const Packet& b) {
    return {a.lanes <= b.lanes};
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator>(const Packet& a, const Packet& b) {
    return {a.lanes > b.lanes};
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator>=(const Packet& a, const Packet& b) {
    return {a.lanes >= b.lanes};
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator==(const Packet& a, const Packet& b) {
    return {a.lanes == b.lanes};
  }
  friend EIGENTRAIN_INLINE Mask<S, N> operator!=(const Packet& a, const Packet& b) {
    return {a.lanes != b.lanes};
  }

 private:
  // One lane stands for a scalar outside any kernel, where the user's flags may allow contraction:
  // behind the empty asm the compiler can't see that a product feeds a sum.
  static EIGENTRAIN_INLINE Packet rounded(const Value& value) {
    Packet result = from(value);
#if EIGENTRAIN_VECTORS
    if constexpr (N == 1) asm("" : "+m"(result.lanes));
#endif
    return result;
  }
};

/// One value whose arithmetic rounds after every operation, whatever the compiler's flags: for the
/// scalars of a step (rates, corrections), which must have the same bits everywhere too.
using Exact = Packet<double, 1>;

/// mask ? a : b, lane by lane; both sides are computed.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> select(const Mask<S, N>& mask,
                                      const std::type_identity_t<Packet<S, N>>& a,
                                      const std::type_identity_t<Packet<S, N>>& b) {
  return Packet<S, N>::from(mask.lanes ? a.lanes : b.lanes);
}

/// √a, correctly rounded: the hardware's instruction at every width.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> sqrt(const Packet<S, N>& a) {
  Packet<S, N> result;
  if constexpr (N == 1) {
    result.lanes = std::sqrt(a.lanes);
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
    using Bits = typename detail::Register<S, N>::Bits;
    using Value = typename Packet<S, N>::Value;
    const Bits sign = reinterpret_cast<Bits>(-Value{});  // −0 in every lane
    return Packet<S, N>::from(reinterpret_cast<Value>(reinterpret_cast<Bits>(a.lanes) & ~sign));
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
  return select(abs(a) < Packet<S, N>(std::numeric_limits<S>::min()), S(0), a);
}

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

}  // namespace eigentrain
