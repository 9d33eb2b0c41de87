// SPDX-License-Identifier: MIT
// Radians modulo a right angle, without the loss of digits that x − k·π/2 suffers.
#pragma once

#include "eigentrain/core/bits.hpp"

namespace eigentrain::detail {

/// x = quarters·π/2 + remainder + tail with |remainder| ≤ π/4 (and a hair); quarters modulo 4.
template <int N>
struct ReducedAngle {
  Packet<double, N> remainder;
  Packet<double, N> tail;
  Words<std::uint64_t, N> quarters;
};

/// The high 64 bits of a 128-bit product.
inline std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t low_mask = 0xffffffffu;
  const std::uint64_t a0 = a & low_mask, a1 = a >> 32, b0 = b & low_mask, b1 = b >> 32;
  const std::uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  return a1 * b1 + (middle >> 32) + ((a0 * b1 + (middle & low_mask)) >> 32);
}

/// Payne & Hanek for finite |x| ≥ 2²⁰: of the product x·2/π only the bits from 2 down to 2⁻¹⁹⁰ are
/// computed; no double comes closer to a multiple of π/2 than 2⁻⁶² or so, so at least 70 count.
EIGENTRAIN_NOINLINE inline ReducedAngle<1> reduce_far_angle(double x) {
  // 64 zeros, then 2/π = 0.1010… in binary.
  static constexpr std::uint64_t two_over_pi[20] = {0u,
                                                    0xa2f9836e4e441529u,
                                                    0xfc2757d1f534ddc0u,
                                                    0xdb6295993c439041u,
                                                    0xfe5163abdebbc561u,
                                                    0xb7246e3a424dd2e0u,
                                                    0x06492eea09d1921cu,
                                                    0xfe1deb1cb129a73eu,
                                                    0xe88235f52ebb4484u,
                                                    0xe99c7026b45f7e41u,
                                                    0x3991d639835339f4u,
                                                    0x9c845f8bbdf9283bu,
                                                    0x1ff897ffde05980fu,
                                                    0xef2f118b5a0a6d1fu,
                                                    0x6d367ecf27cb09b7u,
                                                    0x4f463f669e5fea2du,
                                                    0x7527bac7ebe5f17bu,
                                                    0x3d0739f78a5292eau,
                                                    0x6bfb5fb11f8d5d08u,
                                                    0x56033046fc7b6babu};
  const std::uint64_t bits = to_bits(Exact(x)).lanes;
  const std::uint64_t significand = (bits & 0xfffffffffffffu) | 0x10000000000000u;
  const int exponent =
      static_cast<int>(bits >> 52 & 0x7ffu) - 1075;  // |x| = significand·2^exponent

  // 192 bits of 2/π from weight 2^(1 − exponent) on; above it they give whole turns.
  const int position = exponent - 2 + 64;
  const std::uint64_t* word = two_over_pi + position / 64;
  const int offset = position % 64;
  std::uint64_t window[3];
  for (int i = 0; i < 3; ++i) {
    window[i] = offset == 0 ? word[i] : word[i] << offset | word[i + 1] >> (64 - offset);
  }
  // The product modulo 4: two bits of quarters, 190 of the fraction.
  const std::uint64_t low = significand * window[2];
  const std::uint64_t carry = multiply_high(significand, window[2]);
  const std::uint64_t middle = significand * window[1] + carry;
  const std::uint64_t high =
      significand * window[0] + multiply_high(significand, window[1]) + (middle < carry ? 1u : 0u);
  std::uint64_t quarters = high >> 62;
  std::uint64_t first = high << 2 | middle >> 62;
  std::uint64_t second = middle << 2 | low >> 62;
  const bool above_half = first >> 63 != 0;
  if (above_half) {  // to the nearest: the fraction becomes negative
    ++quarters;
    first = ~first;
    second = ~second;
  }
  int zeros = 0;
  while (first >> 63 == 0) {
    first = first << 1 | second >> 63;
    second <<= 1;
    ++zeros;
  }
  // Times π/2, kept as 63 or 64 bits: the upper 53 and the rest are doubles.
  const std::uint64_t angle = multiply_high(first, 0xc90fdaa22168c235u);
  const Exact scale = power_of_two<double, 1>(static_cast<std::uint64_t>(1023 - 63 - zeros));
  const bool negative = above_half != (x < 0);
  const Exact unit = negative ? -scale : scale;
  return {Exact(static_cast<double>(angle & ~std::uint64_t{0x7ff})) * unit,
          Exact(static_cast<double>(angle & 0x7ffu)) * unit, x < 0 ? 0 - quarters : quarters};
}

/// Reduces every lane; NaN for infinities and NaN.
template <int N>
EIGENTRAIN_INLINE ReducedAngle<N> reduce_angle(const Packet<double, N>& x) {
  using P = Packet<double, N>;
  const P limit = 0x1p20;
  const P near = select(abs(x) < limit, x, x - x);
  const P shifted = near * P(0x1.45f306dc9c883p-1) + P(Format<double>::magic);
  const P k = shifted - P(Format<double>::magic);
  // The first three parts of π/2 have 33 bits: their products with k are exact, and each
  // difference but the first is followed by what its rounding lost.
  const P a = near - k * P(0x1.921fb544p+0);
  const P b = k * P(0x1.0b4611a6p-34);
  const P ab = a - b;
  const P ab_lost = (a - ab) - b;
  const P c = k * P(0x1.3198a2ep-69);
  const P rest = ab_lost - (c + k * P(0x1.b839a252049c1p-104));
  const P remainder = ab + rest;
  ReducedAngle<N> result{remainder, rest - (remainder - ab),
                         to_bits(shifted) - Format<double>::magic_bits};
  for (int i = 0; i < N; ++i) {
    const double angle = x[i];
    if (!(angle < 0x1p20 && angle > -0x1p20) && angle - angle == 0) {
      const ReducedAngle<1> far = reduce_far_angle(angle);
      if constexpr (N == 1) {
        result = far;
      } else {
        result.remainder.lanes[i] = far.remainder.lanes;
        result.tail.lanes[i] = far.tail.lanes;
        result.quarters.lanes[i] = far.quarters.lanes;
      }
    }
  }
  return result;
}

}  // namespace eigentrain::detail
