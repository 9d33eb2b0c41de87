// SPDX-License-Identifier: MIT
// Validation that stays in Release builds, and the words of its messages.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "eigentrain/core/compiler.hpp"

namespace eigentrain {

/// The values that a hyperparameter may take, with the wording of the message. NaN is in none.
struct Range {
  double low;              ///< the least value
  double high;             ///< the largest value
  bool low_open = false;   ///< `low` itself is out
  bool high_open = false;  ///< `high` itself is out

  /// Whether a value is in the range.
  constexpr bool contains(double value) const {
    return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
  }
};

namespace detail {

/// A piece of a message: text, a number, a range or a shape, kept as it is until the message is
/// wanted.
class Part {
 public:
  Part(std::string_view text)  // NOLINT: implicit on purpose, as the others
      : text_(text.data()), kind_(static_cast<std::int64_t>(text.size())) {}
  Part(const char* text) : text_(text), kind_(std::numeric_limits<int>::max()) {}  // NOLINT
  Part(const std::string& text) : Part(std::string_view(text)) {}                  // NOLINT
  template <class T>
    requires std::is_floating_point_v<T>
  Part(T value) : real_(static_cast<double>(value)), kind_(real) {}  // NOLINT
  template <class T>
    requires std::is_integral_v<T>
  Part(T value) : integer_(static_cast<std::int64_t>(value)), kind_(integer) {}  // NOLINT

  /// "[0, 1)"
  Part(const Range& range) : range_(&range), kind_(interval) {}  // NOLINT
  /// "3x2", or "6 values" where cols is −1.
  static Part shape(std::int64_t rows, std::int64_t cols) {
    Part part(rows);
    part.kind_ = column - cols;
    return part;
  }

  /// Writes at most `space` characters, a zero at the end included; returns how many there are.
  int write(char* room, std::size_t space) const {
    const auto first = static_cast<long long>(integer_);
    const auto second = static_cast<long long>(column - kind_);
    if (kind_ >= 0) return std::snprintf(room, space, "%.*s", static_cast<int>(kind_), text_);
    if (kind_ == real) return std::snprintf(room, space, "%.9g", real_);
    if (kind_ == integer) return std::snprintf(room, space, "%lld", first);
    if (kind_ == interval) {
      return std::snprintf(room, space, "%c%.9g, %.9g%c", range_->low_open ? '(' : '[', range_->low,
                           range_->high, range_->high_open ? ')' : ']');
    }
    if (second < 0) return std::snprintf(room, space, "%lld values", first);
    return std::snprintf(room, space, "%lldx%lld", first, second);
  }

 private:
  // From here on down, a matrix's columns, −1 for a shape without.
  enum : std::int64_t { real = -1, integer = -2, interval = -3, column = -5 };
  union {
    const char* text_;
    double real_;
    std::int64_t integer_;
    const Range* range_;
  };
  // Two words in all, since every part of every message is some stores in the program. From zero
  // on, the most characters of a text, which may end before them with a zero.
  std::int64_t kind_;
};

/// a == b, at a fraction of its compile time.
inline bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Writes what fits into so much room, with a zero behind it; returns how many characters there
/// are.
inline std::size_t write(std::initializer_list<Part> parts, char* room, std::size_t space) {
  std::size_t size = 0;
  for (const Part& part : parts) {
    const bool fits = size < space;
    const int more = part.write(fits ? room + size : nullptr, fits ? space - size : 0);
    size += static_cast<std::size_t>(more);
  }
  return size;
}

template <class = void>
std::string join(std::initializer_list<Part> parts) {
  std::string message(write(parts, nullptr, 0), ' ');
  write(parts, message.data(), message.size() + 1);
  return message;
}

// Without a std::string, for which every program would compile some forty functions. What goes
// beyond a kilobyte, where a tensor has a name of that length, is cut off.
[[noreturn]] EIGENTRAIN_COLD inline void fail(std::initializer_list<Part> parts) {
  char message[1024];
  write(parts, message, sizeof message);
  throw std::invalid_argument(message);
}

}  // namespace detail

/// Joins text and numbers into one message.
template <class... Parts>
std::string message(const Parts&... parts) {
  return detail::join({parts...});
}

/// Throws std::invalid_argument with the joined parts unless the condition holds. Release builds
/// check too; the message is built only when it is needed, and out of line. Parts come by value,
/// so that texts of all lengths are one type and one function.
template <class... Parts>
EIGENTRAIN_INLINE void require(bool condition, Parts... parts) {
  if (!condition) [[unlikely]] {
    detail::fail({parts...});
  }
}

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
EIGENTRAIN_NOINLINE inline void require_in(const Range& range, double value, const char* owner,
                                           const char* name) {
  if (!range.contains(value)) [[unlikely]] {
    detail::fail({owner, ": ", name, " must be in ", range, ", got ", value});
  }
}

namespace detail {
[[noreturn]] EIGENTRAIN_COLD inline void refuse_less(std::int64_t least, std::int64_t value,
                                                     const char* owner, const char* name) {
  fail({owner, ": ", name, " must be at least ", least, ", got ", value});
}
}  // namespace detail

/// As require_in, for counts: "cosine_decay: steps must be at least 1, got 0". Part of its caller,
/// since a schedule asks in every step.
inline void require_at_least(std::int64_t least, std::int64_t value, const char* owner,
                             const char* name) {
  if (value < least) [[unlikely]] {
    detail::refuse_less(least, value, owner, name);
  }
}

/// For counters that a caller or a file sets: 0 to 2⁶², so that what is added to them fits, too.
EIGENTRAIN_NOINLINE inline void require_count(std::int64_t value, const char* owner,
                                              const char* name) {
  constexpr std::int64_t most = std::int64_t{1} << 62;
  require_at_least(0, value, owner, name);
  require(value <= most, owner, ": ", name, " must be at most ", most, ", got ", value);
}

}  // namespace eigentrain
