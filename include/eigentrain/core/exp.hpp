// SPDX-License-Identifier: MIT
// eˣ with the same bits everywhere.
#pragma once

#include "eigentrain/core/bits.hpp"

namespace eigentrain {

/// eˣ, lane by lane: exp(−∞) = 0, exp(∞) = ∞, NaN stays NaN, overflow gives ∞ and underflow passes
/// through the subnormal numbers to 0. The error is below 1 unit in the last place, float and
/// double.
///
/// x = k·ln 2 + r with |r| ≤ ½·ln 2 (Cody & Waite: k times the high part of ln 2 is exact), a
/// minimax polynomial for eʳ, and 2ᵏ in two factors of which only the second can round.
///
/// Only + − × and integers on the bits, so the result depends neither on the register's width nor
/// on the machine, inside simd_dispatch and for one lane (Exact).
///
///     Exact rate = Exact(0.1) * exp(Exact(-0.01) * Exact(step));
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> exp(const Packet<S, N>& a) {
  using P = Packet<S, N>;
  using F = detail::Format<S>;
  constexpr bool single = sizeof(S) == 4;
  // Beyond these limits the result is 0 or ∞ anyway, and k stays within the two factors.
  const P x = clamp(a, S(single ? -104.0 : -746.0), S(single ? 89.0 : 710.0));

  const P shifted = x * P(S(0x1.71547652b82fep+0)) + P(F::magic);  // x / ln 2
  const P k = shifted - P(F::magic);
  const P high = x - k * P(S(single ? 0x1.62e4p-1 : 0x1.62e42fefa38p-1));
  const P low = k * P(S(single ? 0x1.7f7d1cp-20 : 0x1.ef35793c7673p-45));
  const P r = high - low;
  const P tail = (high - r) - low;

  P tangent;  // (eʳ − 1 − r) / r²
  if constexpr (single) {
    tangent =
        detail::polynomial(r, 0x1p-1, 0x1.55548ep-3, 0x1.55545ep-5, 0x1.123b56p-7, 0x1.6db42ap-10);
  } else {
    tangent = detail::polynomial(
        r, 0x1p-1, 0x1.555555555555cp-3, 0x1.555555555555ep-5, 0x1.111111110ebb3p-7,
        0x1.6c16c16c1356ap-10, 0x1.a01a01b3bb1d8p-13, 0x1.a01a01b45c8d8p-16, 0x1.71ddef93daa51p-19,
        0x1.27e4bf24e908fp-22, 0x1.af6cccbb8c52fp-26, 0x1.1f9dfdf866a81p-29);
  }
  const P power = P(S(1)) + (r + (r * r * tangent + tail));

  // k + 2·bias is positive, so a logical shift halves it.
  const auto biased = detail::to_bits(shifted) - (F::magic_bits - 2 * F::bias);
  const auto half = biased >> 1;
  return power * detail::power_of_two<S, N>(half) * detail::power_of_two<S, N>(biased - half);
}

}  // namespace eigentrain
