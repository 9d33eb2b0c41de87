// SPDX-License-Identifier: MIT
// Sine and cosine of radians with the same bits everywhere.
#pragma once

#include "eigentrain/core/reduce_angle.hpp"
#include "eigentrain/core/sin_cos_pi.hpp"

namespace eigentrain {

namespace detail {

/// As convert, for packets that are wider than a register on one side: the compiler takes them
/// apart.
template <class T, class S, int N>
EIGENTRAIN_INLINE Packet<T, N> convert_any(const Packet<S, N>& a) {
  if constexpr (N == 1) {
    return static_cast<T>(a.lanes);
  } else {
    using Target = typename Packet<T, N>::Value;
    return Packet<T, N>::from(__builtin_convertvector(a.lanes, Target));
  }
}

/// sin(r + tail) and cos(r + tail) for |r| ≤ π/4 and a tail below the last bit of r.
template <class S, int N>
EIGENTRAIN_INLINE SinCos<S, N> sin_cos_near_zero(const Packet<S, N>& r, const Packet<S, N>& tail) {
  using P = Packet<S, N>;
  const P z = r * r;
  const P half_square = P(S(0.5)) * z;
  P sine, cosine;  // (sin r − r) / r³ and (cos r − 1 + r²/2) / r⁴
  if constexpr (sizeof(S) == 4) {
    sine = polynomial(z, -0x1.555546p-3, 0x1.11076p-7, -0x1.994e88p-13);
    cosine = polynomial(z, 0x1.55554ap-5, -0x1.6c0c8cp-10, 0x1.9a0232p-16);
  } else {
    sine = polynomial(z, -0x1.5555555555549p-3, 0x1.111111110f87dp-7, -0x1.a01a019c1202ep-13,
                      0x1.71de35781616dp-19, -0x1.ae5e66882ff13p-26, 0x1.5d931843fad4bp-33);
    cosine = polynomial(z, 0x1.555555555554cp-5, -0x1.6c16c16c15181p-10, 0x1.a01a019cb216cp-16,
                        -0x1.27e4f80a33d96p-22, 0x1.1ee9ec18b5e69p-29, -0x1.8faeb5fa1872bp-37);
  }
  // What 1 − r²/2 loses in rounding comes back in the last sum.
  const P first = P(S(1)) - half_square;
  const P lost = (P(S(1)) - first) - half_square;
  return {r + (r * z * sine + tail * first), first + (lost + (z * z * cosine - r * tail))};
}

}  // namespace detail

/// sin x and cos x, x in radians, lane by lane, for every finite x; NaN for infinities and NaN. The
/// error is below 1 unit in the last place, float and double.
///
/// The angle is reduced in double: by π/2 in four parts (Cody & Waite) up to |x| = 2²⁰, and by
/// integer arithmetic on as many bits of 2/π as it takes (Payne & Hanek) beyond, one lane at a
/// time. For a fraction of a turn sin_cos_pi is faster and exact at the quarters.
///
/// Only + − × and integers on the bits, so the result depends neither on the register's width nor
/// on the machine, inside simd_dispatch and for one lane (Exact).
template <class S, int N>
EIGENTRAIN_INLINE SinCos<S, N> sin_cos(const Packet<S, N>& x) {
  const detail::ReducedAngle<N> angle = detail::reduce_angle(detail::convert_any<double>(x));
  if constexpr (sizeof(S) == 8) {
    return detail::rotate(detail::sin_cos_near_zero(angle.remainder, angle.tail), angle.quarters);
  } else {
    const Packet<S, N> r = detail::convert_any<S>(angle.remainder);
    const auto remainder = detail::sin_cos_near_zero(
        r, detail::convert_any<S>((angle.remainder - detail::convert_any<double>(r)) + angle.tail));
    return detail::rotate(remainder, convert_words<std::uint32_t>(angle.quarters));
  }
}

/// sin x, as sin_cos.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> sin(const Packet<S, N>& x) {
  return sin_cos(x).sin;
}

/// cos x, as sin_cos.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> cos(const Packet<S, N>& x) {
  return sin_cos(x).cos;
}

}  // namespace eigentrain
