// SPDX-License-Identifier: MIT
// Unsigned integers in a register, and the bit patterns of packets as such: what exp and log take
// exponents apart with, and what random words are.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "eigentrain/core/functions.hpp"

namespace eigentrain {

/// N unsigned integers of U (32 or 64 bits) in a register, with arithmetic modulo 2³² or 2⁶⁴. A
/// number converts to equal lanes. As with packets, an operation on a lane doesn't depend on N.
template <class U, int N>
struct Words {
  /// What the lanes are in memory: a vector of the compiler, or a number.
  using Value = typename detail::Register<U, N>::Value;

  /// The numbers themselves.
  Value lanes;

  Words() = default;
  /// Equal lanes.
  EIGENTRAIN_INLINE Words(U value) {
#if EIGENTRAIN_WIDE_ASM
    // gcc writes a splat that is wider than the flags allow lane by lane; see Packet.
#if defined(__AVX512F__)
    constexpr int native = 64;
#elif defined(__AVX2__)
    constexpr int native = 32;
#else
    constexpr int native = 16;
#endif
    if constexpr (N > 1 && sizeof(Value) > native) {
      if constexpr (sizeof(U) == 4) {
        asm("vbroadcastss %1, %0" : "=v"(lanes) : "v"(std::bit_cast<float>(value)));
      } else {
        asm("vbroadcastsd %1, %0" : "=v"(lanes) : "v"(std::bit_cast<double>(value)));
      }
      return;
    }
#endif
    lanes = value - Value{};
  }
  /// Takes the lanes as they are.
  static EIGENTRAIN_INLINE Words from(const Value& value) {
    Words result;
    result.lanes = value;
    return result;
  }
  /// Reads N numbers, at any address.
  static EIGENTRAIN_INLINE Words load(const U* source) {
    Words result;
    std::memcpy(&result.lanes, source, sizeof(Value));
    return result;
  }
  /// Writes N numbers, at any address.
  EIGENTRAIN_INLINE void store(U* target) const { std::memcpy(target, &lanes, sizeof(Value)); }

  friend EIGENTRAIN_INLINE Words operator+(const Words& a, const Words& b) {
    return from(a.lanes + b.lanes);
  }
  friend EIGENTRAIN_INLINE Words operator-(const Words& a, const Words& b) {
    return from(a.lanes - b.lanes);
  }
  friend EIGENTRAIN_INLINE Words operator*(const Words& a, const Words& b) {
    return from(a.lanes * b.lanes);
  }
  friend EIGENTRAIN_INLINE Words operator&(const Words& a, const Words& b) {
    return from(a.lanes & b.lanes);
  }
  friend EIGENTRAIN_INLINE Words operator|(const Words& a, const Words& b) {
    return from(a.lanes | b.lanes);
  }
  friend EIGENTRAIN_INLINE Words operator^(const Words& a, const Words& b) {
    return from(a.lanes ^ b.lanes);
  }
  friend EIGENTRAIN_INLINE Words operator<<(const Words& a, int shift) {
    return from(a.lanes << shift);
  }
  friend EIGENTRAIN_INLINE Words operator>>(const Words& a, int shift) {
    return from(a.lanes >> shift);
  }

  /// The packets that the mask can select from are as wide as U: float for 32 bits.
  using Compared = Mask<std::conditional_t<sizeof(U) == 4, float, double>, N>;
  friend EIGENTRAIN_INLINE Compared operator<(const Words& a, const Words& b) {
    return compare<true>(a, b);
  }
  friend EIGENTRAIN_INLINE Compared operator>=(const Words& a, const Words& b) {
    return compare<false>(a, b);
  }

 private:
  // a < b, or its opposite, as unsigned numbers; masks are made as Packet makes them.
  template <bool Less>
  static EIGENTRAIN_INLINE Compared compare(const Words& a, const Words& b) {
#if EIGENTRAIN_WIDE_ASM && EIGENTRAIN_IS_GCC
    if constexpr (detail::has_bit_masks<U, N>) {
      Compared result;
      constexpr int order = Less ? 1 : 5;
      if constexpr (sizeof(U) == 4) {
        asm("vpcmpud %3, %2, %1, %0" : "=k"(result.lanes) : "v"(a.lanes), "v"(b.lanes), "i"(order));
      } else {
        asm("vpcmpuq %3, %2, %1, %0" : "=k"(result.lanes) : "v"(a.lanes), "v"(b.lanes), "i"(order));
      }
      return result;
    } else
#endif
    {
      if constexpr (Less) return {a.lanes < b.lanes};
      if constexpr (!Less) return {a.lanes >= b.lanes};
    }
  }
};

/// The same numbers as V, cut off to its size when that is the smaller one.
template <class V, class U, int N>
EIGENTRAIN_INLINE Words<V, N> convert_words(const Words<U, N>& a) {
  if constexpr (std::is_same_v<V, U>) {
    return a;
  } else if constexpr (N == 1) {
    return Words<V, N>(static_cast<V>(a.lanes));
  } else {
    using Target = typename Words<V, N>::Value;
    return Words<V, N>::from(__builtin_convertvector(a.lanes, Target));
  }
}

namespace detail {

/// An unsigned integer as wide as S.
template <class S>
using UnsignedOf = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;

/// The bits of a packet.
template <class S, int N>
EIGENTRAIN_INLINE Words<UnsignedOf<S>, N> to_bits(const Packet<S, N>& a) {
  Words<UnsignedOf<S>, N> bits;
  std::memcpy(&bits.lanes, &a.lanes, sizeof(bits.lanes));
  return bits;
}

/// The packet that has these bits.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> from_bits(const Words<UnsignedOf<S>, N>& bits) {
  Packet<S, N> result;
  std::memcpy(&result.lanes, &bits.lanes, sizeof(bits.lanes));
  return result;
}

/// What the elementary functions must know about the format of S.
template <class S>
struct Format {
  using Bits = UnsignedOf<S>;
  /// Bits of the significand without the hidden one.
  static constexpr int fraction = sizeof(S) == 4 ? 23 : 52;
  /// The exponent field of 1.
  static constexpr Bits bias = sizeof(S) == 4 ? 127 : 1023;
  /// 1.5·2^fraction. In [2^fraction, 2^(fraction+1)) one unit of the bit pattern is 1, so x + magic
  /// rounds x to an integer (ties to even), and the integer stands in the low bits.
  static constexpr S magic = sizeof(S) == 4 ? S(0x1.8p23) : S(0x1.8p52);
  static constexpr Bits magic_bits = sizeof(S) == 4 ? Bits(0x4b400000u) : Bits(0x4338000000000000u);
};

/// 2^k for k = biased − bias, from 0 < biased < twice the bias.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> power_of_two(const Words<UnsignedOf<S>, N>& biased) {
  return from_bits<S, N>(biased << Format<S>::fraction);
}

/// c₀ + x(c₁ + x(c₂ + …)), from the inside out: a fixed order, because every rounding counts.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> polynomial(const Packet<S, N>&, double c0) {
  return S(c0);
}
template <class S, int N, class... Rest>
EIGENTRAIN_INLINE Packet<S, N> polynomial(const Packet<S, N>& x, double c0, Rest... rest) {
  return Packet<S, N>(S(c0)) + x * polynomial(x, rest...);
}

}  // namespace detail

}  // namespace eigentrain
