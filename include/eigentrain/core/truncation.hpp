// SPDX-License-Identifier: MIT
// The scalars of a truncated normal distribution: probabilities at its bounds, and the parent's
// standard deviation from its own.
#pragma once

#include <cmath>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/inverse_normal.hpp"
#include "eigentrain/core/normal_interval.hpp"

namespace eigentrain::detail {

/// How far in a tail an interval may begin, in standard deviations of the parent.
inline constexpr double farthest_interval = 10.0;

/// Throws unless low ≤ high, where either may be infinite to its side.
EIGENTRAIN_NOINLINE inline void require_bounds(double low, double high, double most,
                                               const char* owner) {
  require(low <= high, owner, ": low must not be above high, got ", low, " and ", high);
  require_in({-ranges::infinity, most}, low, owner, "low");
  require_in({-most, ranges::infinity}, high, owner, "high");
}

/// The interval in standard deviations from the mean; throws if it is too far in a tail.
template <class = void>
EIGENTRAIN_NOINLINE Range standard_interval(double mean, double std, double low, double high,
                                            const char* owner) {
  const double a = ((Exact(low) - Exact(mean)) / Exact(std))[0];
  const double b = ((Exact(high) - Exact(mean)) / Exact(std))[0];
  require(a <= farthest_interval && b >= -farthest_interval, owner, ": [", low, ", ", high,
          "] must come within ", farthest_interval, " standard deviations of the mean ", mean,
          ", but the parent's standard deviation is ", std);
  return {a, b};
}

/// What drawing from a truncated normal distribution takes.
struct Truncation {
  bool narrow = true;   ///< the density is exp(−2·tilt·y − h²y²/2) at middle + scale·y, |y| ≤ 1
  bool tails = false;   ///< some of the interval is beyond normal_tail_begin
  double middle = 0.0;  ///< the mean, if the interval isn't narrow
  double scale = 0.0;   ///< the parent's std, if the interval isn't narrow
  double below = 0.0, mass = 0.0, above = 0.0;  ///< Φ(a), Φ(b) − Φ(a), 1 − Φ(b)
  double tilt = 0.0, bend = 0.0;
};

/// Intervals are narrow up to this half width, in standard deviations. Throws as documented at
/// fill_truncated_normal.
template <class = void>
EIGENTRAIN_NOINLINE Truncation truncation(double mean, double std, double low, double high,
                                          double width, const char* owner) {
  if (std == 0.0 || low == high) {
    require(low == high || (low <= mean && mean <= high), owner, ": with std 0 the mean ", mean,
            " must be in [", low, ", ", high, "]");
    return {.middle = low == high ? low : mean};
  }
  const Range z = standard_interval(mean, std, low, high, owner);
  const Exact half = (Exact(high) - Exact(low)) / Exact(std) * Exact(0.5);
  const Exact tilt = (Exact(z.low) + Exact(z.high)) * Exact(0.25) * half;
  if (half[0] <= width && std::abs(tilt[0]) <= width / 2) {
    const Exact middle = Exact(0.5) * Exact(low) + Exact(0.5) * Exact(high);
    const Exact scale = Exact(0.5) * Exact(high) - Exact(0.5) * Exact(low);
    const Exact bend = (Exact(8.0) * tilt * tilt + half * half) / Exact(6.0);
    return {.middle = middle[0], .scale = scale[0], .tilt = tilt[0], .bend = bend[0]};
  }
  // Beyond 39 standard deviations there is nothing that a double could hold.
  const double below = z.low < -39.0 ? 0.0 : normal_interval(-ranges::infinity, z.low).mass;
  const double above = z.high > 39.0 ? 0.0 : normal_interval(z.high, ranges::infinity).mass;
  const double mass = normal_interval(z.low, z.high).mass;
  return {
      .narrow = false,
      .tails = below < normal_tail_begin || above < normal_tail_begin,
      .middle = mean,
      .scale = std,
      .below = below,
      .mass = mass > 0.5 ? ((Exact(0.5) - Exact(below)) + (Exact(0.5) - Exact(above)))[0] : mass,
      .above = above};
}

/// The σ of the normal distribution N(mean, σ²) that has the standard deviation `std` once it is
/// cut to [low, high]; what it gives differs from `std` by less than one part in 10¹². Throws
/// std::invalid_argument if there is none: a finite interval leaves less than (high − low)/√12,
/// which is the uniform distribution's, and one that doesn't contain the mean more than what σ =
/// distance/10 gives.
///
///     parent_std(0, s, −2σ, 2σ) = σ   for s = 0.87962566103423978·σ
///
/// Newton's method for ln σ, between bounds that close in. With Z cut to the interval in standard
/// deviations, and E its mean, the logarithm of the result's std grows Cov((Z − E)², Z²) / (2·Var
/// Z) times as fast as ln σ.
template <class = void>
EIGENTRAIN_NOINLINE double parent_std(double mean, double std, double low, double high,
                                      const char* owner) {
  constexpr double most = std::numeric_limits<double>::max();
  require_in({-most / 2, most / 2}, mean, owner, "mean");
  require_in(ranges::not_negative, std, owner, "std");
  require_bounds(low, high, most, owner);
  if (std == 0.0) return 0.0;
  const double uniform = ((Exact(high) - Exact(low)) * Exact(0x1.279a74590331cp-2))[0];  // 1/√12
  require(std < uniform * (1 - 1e-9), owner, ": no normal distribution cut to [", low, ", ", high,
          "] has a standard deviation of ", std,
          "; it must be below (high - low)/sqrt(12) = ", uniform);
  if (low == -ranges::infinity && high == ranges::infinity) return std;
  const double distance = low > mean ? (Exact(low) - Exact(mean))[0]
                                     : (high < mean ? (Exact(mean) - Exact(high))[0] : 0.0);
  const double least = (Exact(distance) / Exact(farthest_interval))[0];
  Exact sigma(std > least ? std : least), lower = sigma, upper(ranges::infinity);
  for (int i = 0; i < 100; ++i) {
    const NormalInterval z = normal_interval(((Exact(low) - Exact(mean)) / sigma)[0],
                                             ((Exact(high) - Exact(mean)) / sigma)[0]);
    const Exact found = sigma * sqrt(Exact(z.variance));
    require(i > 0 || std > least || found[0] <= std, owner, ": a standard deviation of ", std,
            " is too small for an interval that doesn't contain the mean; the least is ", found[0]);
    const Exact missing = log(Exact(std) / found);
    if (std::abs(missing[0]) < 1e-15) break;
    (missing[0] > 0 ? lower : upper) = sigma;
    const Exact next = sigma * exp(missing * Exact(2.0 * z.variance) / Exact(z.growth));
    if (next[0] == sigma[0]) break;
    sigma = next[0] > lower[0] && next[0] < upper[0] ? next : sqrt(lower) * sqrt(upper);
  }
  return sigma[0];
}

}  // namespace eigentrain::detail
