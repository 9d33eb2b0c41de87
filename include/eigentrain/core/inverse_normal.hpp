// SPDX-License-Identifier: MIT
// The inverse of the normal distribution function with the same bits everywhere.
#pragma once

#include "eigentrain/core/log.hpp"

namespace eigentrain::detail {

/// The probability beyond 2.125 standard deviations on one side: nearer to the mean
/// inverse_normal_centre is meant, further out inverse_normal_tail.
inline constexpr double normal_tail_begin = 0x1.13243b7f38028p-6;

/// Φ⁻¹(½ + q) for |q| ≤ ½ − normal_tail_begin; anything for a greater one. The error is below 5
/// (float) or 7 (double) units in the last place of the result.
///
/// Φ⁻¹(½ + q) / q is an even function of q that goes to infinity logarithmically at q = ±½. As a
/// function of s = √(¼ − q²), the standard deviation of a coin that shows heads with probability
/// ½ + q, it is so smooth that a short fraction of polynomials gives it.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> inverse_normal_centre(const Packet<S, N>& q) {
  using P = Packet<S, N>;
  const P s = sqrt((P(S(0.5)) - q) * (P(S(0.5)) + q));  // ¼ − q² would lose digits
  if constexpr (sizeof(S) == 4) {
    return q * (polynomial(s, 0x1.0771e6p+3, 0x1.08aebep+8, 0x1.ea1c2cp+9, 0x1.75ac02p+6,
                           -0x1.007decp+4) /
                polynomial(s, 1.0, 0x1.7e68bap+5, 0x1.4019b8p+8, 0x1.a96a34p+8));
  } else {
    return q * (polynomial(s, 0x1.30599e7605181p+3, 0x1.de967e55a6f4cp+10, 0x1.364f59c0d9012p+16,
                           0x1.0827525be449cp+20, 0x1.5614115449392p+22, 0x1.53f99ce78d357p+23,
                           0x1.ccb1e9a2a77aep+22, 0x1.3bd69f1f8acebp+20, 0x1.98ca38eb4a90cp+12) /
                polynomial(s, 1.0, 0x1.fd4856bd0c888p+7, 0x1.9405961f484a3p+13,
                           0x1.ae73355ae868ap+17, 0x1.74b32db627b8fp+20, 0x1.1a881b18978d6p+22,
                           0x1.74e5764afe679p+22, 0x1.768c6e37e08e1p+21, 0x1.8a7bd9795c23fp+18));
  }
}

/// The z > 0 that a normal number exceeds with probability t, for t from normal_tail_begin down to
/// the smallest normal number (float) or 10⁻⁴⁰ (double); anything for a greater one. The error is
/// below 3 units in the last place.
///
/// z = r − C(r) with r = √(−2 ln t), and C a fraction of polynomials, between 0.3 and 0.8.
template <class S, int N>
EIGENTRAIN_INLINE Packet<S, N> inverse_normal_tail(const Packet<S, N>& t) {
  using P = Packet<S, N>;
  const P r = sqrt(P(S(-2)) * log_normal(t, P(S(0))));
  if constexpr (sizeof(S) == 4) {
    return r - polynomial(r, 0x1.5251c0p+1, 0x1.09edf2p+1, 0x1.6c6762p-3, 0x1.c4a580p-12) /
                   polynomial(r, 1.0, 0x1.0ed786p+1, 0x1.6d5eb6p-1, 0x1.1afd82p-5);
  } else {
    return r - polynomial(r, 0x1.b352936032ccfp+1, 0x1.2ad91ea13e82ep+4, 0x1.711c9f3ad706bp+4,
                          0x1.94b93f23fb94ap+3, 0x1.9fd5ac727ad19p+1, 0x1.4fd5f638bec8ep-2,
                          0x1.6e07dd642dd41p-7, 0x1.8baeb43907e00p-14, 0x1.0dc54d2e11a05p-25) /
                   polynomial(r, 1.0, 0x1.20de82d946b3ep+3, 0x1.18c9b957a8abcp+4,
                              0x1.be1839577dbf6p+3, 0x1.698b117e9c921p+2, 0x1.1298b2f6e0812p+0,
                              0x1.507a7faf6bdebp-4, 0x1.1aa0019115315p-9, 0x1.c48e348fe5754p-17);
  }
}

}  // namespace eigentrain::detail
