// SPDX-License-Identifier: MIT
// Powers with any exponent, with the same bits everywhere.
#pragma once

#include <cstdint>

#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/log.hpp"
#include "eigentrain/core/power.hpp"

namespace eigentrain {

/// bᵉ for b in [0, ∞) and a finite e. The whole part of e by products, as power(), the rest, at
/// most ½, by exp and log, or by a root where it is exactly ½: so squares, cubes and roots are as
/// exact as if they were written out. real_power(b, 0) is 1, and 0 to a negative power is ∞.
///
///     Exact rate = Exact(0.1) * real_power(Exact(1) - Exact(t) / Exact(T), 0.9);
template <class = void>
EIGENTRAIN_NOINLINE Exact real_power(Exact base, double exponent) {
  if (base[0] == 0.0) return exponent > 0.0 ? 0.0 : exponent == 0.0 ? 1.0 : __builtin_huge_val();
  constexpr double far = 0x1p53;  // every number from here on is whole
  const double limited = exponent > far ? far : exponent < -far ? -far : exponent;
  auto whole = static_cast<std::int64_t>(limited);
  double rest = limited - static_cast<double>(whole);  // exact
  if (rest > 0.5 || rest < -0.5) {
    const int up = rest > 0.0 ? 1 : -1;
    whole += up;
    rest -= up;
  }
  Exact result = power(base, whole);
  if (rest == 0.5) return result * sqrt(base);
  if (rest == -0.5) return result / sqrt(base);
  if (rest != 0.0) result *= exp(Exact(rest) * log(base));
  return result;
}

}  // namespace eigentrain
