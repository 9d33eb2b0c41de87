// SPDX-License-Identifier: MIT
// Closed forms to compare schedules with, in long double and libm's functions.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace eigentrain::test {

inline constexpr std::int64_t far_away = std::int64_t{1} << 62;
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// |value − expected| in units of expected's last place (of the smallest normal number's, below).
inline double ulps(double value, long double expected) {
  const double rounded = static_cast<double>(expected);
  const double scale = std::fmax(std::fabs(rounded), std::numeric_limits<double>::min());
  const double unit = scale * std::numeric_limits<double>::epsilon();
  return static_cast<double>(std::fabs(static_cast<long double>(value) - expected)) / unit;
}

inline long double cosine(long double initial, long double final, std::int64_t step,
                          std::int64_t steps) {
  if (step >= steps) return final;
  const auto t = static_cast<long double>(step), total = static_cast<long double>(steps);
  // cos² instead of ½(1 + cos), which cancels even in long double
  const long double pi = 3.14159265358979323846264338327950288L;  // libc++'s is a double
  const long double root = std::cos(pi * t / (2 * total));
  return final + (initial - final) * root * root;
}

}  // namespace eigentrain::test
