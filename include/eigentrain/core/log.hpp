// SPDX-License-Identifier: MIT
// The natural logarithm with the same bits everywhere.
#pragma once

#include "eigentrain/core/bits.hpp"

namespace eigentrain {

namespace detail {

/// ln(2^−raised · x) for positive normal x: what is left of log once special values are aside.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> log_normal(const Packet<S, N>& x, const Packet<S, N>& raised) {
  using P = Packet<S, N>;
  using F = Format<S>;
  using Bits = typename F::Bits;
  constexpr bool single = sizeof(S) == 4;
  constexpr Bits one = F::bias << F::fraction;
  constexpr Bits root_half = single ? Bits(0x3f3504f3u) : Bits(0x3fe6a09e667f3bcdu);
  constexpr Bits fraction_mask = (Bits(1) << F::fraction) - 1;
  const auto shifted = to_bits(x) + (one - root_half);
  const P m = from_bits<S, N>((shifted & fraction_mask) + root_half);
  const P k = from_bits<S, N>((shifted >> F::fraction) + F::magic_bits) -
              (P(F::magic + S(F::bias)) + raised);

  const P f = m - P(S(1));
  const P s = f / (P(S(2)) + f);
  const P z = s * s;
  P series;
  if constexpr (single) {
    series = polynomial(z, 0x1.555554p-1, 0x1.999a7ap-2, 0x1.2438d2p-2, 0x1.e2f722p-3);
  } else {
    series = polynomial(z, 0x1.5555555555592p-1, 0x1.999999997fd76p-2, 0x1.24924941f5011p-2,
                        0x1.c71c520604c5p-3, 0x1.74663fa29ad57p-3, 0x1.39a1a6ef62312p-3,
                        0x1.2f0634b5ae21bp-3);
  }
  // k times the high part of ln 2 is exact.
  const P half_square = P(S(0.5)) * f * f;
  const P low = k * P(S(single ? 0x1.7f7d1cp-20 : 0x1.ef35793c7673p-45));
  const P rest = s * (half_square + z * series) + low;
  return k * P(S(single ? 0x1.62e4p-1 : 0x1.62e42fefa38p-1)) - ((half_square - rest) - f);
}

}  // namespace detail

/// ln x, lane by lane: log(±0) = −∞, log(∞) = ∞, NaN below 0, NaN stays NaN, log(1) is exactly 0,
/// and subnormal numbers are as accurate as the rest. The error is below 1 unit in the last place,
/// float and double: 0.840 at most over all floats, 0.83 among six million doubles.
///
/// x = 2ᵏ·m with m in [√½, √2), f = m − 1, s = f/(2+f); then ln m = f − f²/2 + s(f²/2 + R(s²)),
/// where s·R is what 2·artanh(s) has beyond 2s, so that the leading terms are exact or nearly so.
///
/// Only + − × ÷ and integers on the bits, so the result depends neither on the register's width nor
/// on the machine, inside simd_dispatch and for one lane (Exact).
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> log(const Packet<S, N>& a) {
  using P = Packet<S, N>;
  constexpr bool single = sizeof(S) == 4;
  constexpr S infinity = std::numeric_limits<S>::infinity();
  const auto subnormal = a < P(std::numeric_limits<S>::min());
  const P result =
      detail::log_normal(select(subnormal, a * P(S(single ? 0x1p23 : 0x1p52)), a),
                         select(subnormal, P(S(detail::Format<S>::fraction)), P(S(0))));
  const P special = select(a == P(S(0)), -infinity,
                           select(a == P(infinity), infinity, std::numeric_limits<S>::quiet_NaN()));
  return select((a > P(S(0))) & (a < P(infinity)), result, special);
}

}  // namespace eigentrain
