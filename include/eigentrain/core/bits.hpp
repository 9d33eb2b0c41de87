// SPDX-License-Identifier: MIT
// The bit patterns of a packet as unsigned integers, lane by lane: what exp and log take exponents
// apart with, and what random words become numbers by.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "eigentrain/core/packet.hpp"

namespace eigentrain::detail {

/// An unsigned integer as wide as S.
template <class S>
using UnsignedOf = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;

/// N unsigned integers of type U in a register; a plain U for one lane.
template <class U, int N>
using Words = typename Register<U, N>::Value;

/// The bits of a packet.
template <class S, int N>
EIGENTRAIN_INLINE Words<UnsignedOf<S>, N> to_bits(const Packet<S, N>& a) {
  Words<UnsignedOf<S>, N> bits;
  std::memcpy(&bits, &a.lanes, sizeof(bits));
  return bits;
}

/// The packet that has these bits.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> from_bits(const Words<UnsignedOf<S>, N>& bits) {
  Packet<S, N> result;
  std::memcpy(&result.lanes, &bits, sizeof(bits));
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
  return from_bits<S, N>(static_cast<Words<UnsignedOf<S>, N>>(biased << Format<S>::fraction));
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

}  // namespace eigentrain::detail
