// SPDX-License-Identifier: MIT
// Validation that stays in Release builds, and the words of its messages.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "eigentrain/core/simd.hpp"

namespace eigentrain {

namespace detail {

inline void append(std::string& text, std::string_view part) {
  text.append(part);
}

template <class T>
  requires std::is_arithmetic_v<T>
void append(std::string& text, T value) {
  char digits[32];
  if constexpr (std::is_floating_point_v<T>) {
    std::snprintf(digits, sizeof(digits), "%.9g", static_cast<double>(value));
  } else {
    std::snprintf(digits, sizeof(digits), "%lld", static_cast<long long>(value));
  }
  text.append(digits);
}

}  // namespace detail

/// Joins text and numbers into one message.
template <class... Parts>
std::string message(const Parts&... parts) {
  std::string text;
  (detail::append(text, parts), ...);
  return text;
}

/// Throws std::invalid_argument with the joined parts unless the condition holds. Release builds
/// check too; the message is built only when it is needed.
template <class... Parts>
EIGENTRAIN_INLINE void require(bool condition, const Parts&... parts) {
  if (condition) [[likely]] {
    return;
  }
  throw std::invalid_argument(message(parts...));
}

/// The values that a hyperparameter may take, with the wording of the message. NaN is in none.
struct Range {
  double low;
  double high;
  bool low_open = false;
  bool high_open = false;

  constexpr bool contains(double value) const {
    return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
  }
};

namespace ranges {
inline constexpr double infinity = __builtin_huge_val();
/// [0, 1)
inline constexpr Range fraction_below_one{0.0, 1.0, false, true};
/// [0, 1]
inline constexpr Range fraction{0.0, 1.0};
/// [0, ∞)
inline constexpr Range not_negative{0.0, infinity, false, true};
/// (0, ∞)
inline constexpr Range positive{0.0, infinity, true, true};
/// (0, ∞]: thresholds, for which infinity means "never"
inline constexpr Range positive_or_infinite{0.0, infinity, true, false};
/// (−∞, ∞)
inline constexpr Range finite{-infinity, infinity, true, true};
}  // namespace ranges

/// Throws std::invalid_argument unless the value lies in the range, as in
/// "adam_direction: beta1 must be in [0, 1), got 1.5".
inline void require_in(const Range& range, double value, std::string_view owner,
                       std::string_view name) {
  require(range.contains(value), owner, ": ", name, " must be in ", range.low_open ? "(" : "[",
          range.low, ", ", range.high, range.high_open ? ")" : "]", ", got ", value);
}

/// As require_in, for counts: "cosine_decay: steps must be at least 1, got 0".
inline void require_at_least(std::int64_t least, std::int64_t value, std::string_view owner,
                             std::string_view name) {
  require(value >= least, owner, ": ", name, " must be at least ", least, ", got ", value);
}

}  // namespace eigentrain
