// SPDX-License-Identifier: MIT
// Norms over all elements of a stream together.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/log.hpp"

namespace eigentrain::detail {

inline constexpr auto squared = [](const auto& u, const auto&) { return u * u; };
inline constexpr auto absolute = [](const auto& u, const auto&) { return abs(u); };

inline constexpr double largest_double = std::numeric_limits<double>::max();

/// Whether a sum of squares is exact enough to take the root: none of the squares that matter left
/// the range of double.
inline bool squares_in_range(double squares) {
  constexpr double smallest = std::numeric_limits<double>::min() / 1e-16;
  return squares >= smallest && squares <= largest_double;
}

/// ‖u‖_∞, NaN or ∞ if one of the elements is.
template <class Stream>
double max_norm(const Stream& stream) {
  const double largest = stream.max(absolute);
  return largest > 0.0 || std::isnan(largest) ? largest : 0.0;
}

/// ‖u‖₂ of all elements of a stream, NaN or ∞ if one of them is.
template <class Stream>
double l2_norm(const Stream& stream) {
  const double squares = stream.sum(squared);
  if constexpr (std::is_same_v<typename Stream::Scalar, float>) {
    return std::sqrt(squares);  // squares of floats neither overflow nor underflow in double
  } else {
    if (squares_in_range(squares)) return std::sqrt(squares);
    // Squares that left the range, or values that aren't finite: measured in units of the largest.
    const double largest = max_norm(stream);
    if (!(largest > 0.0 && largest <= largest_double)) return largest;
    const double scaled = stream.sum([largest](const auto& u, const auto&) {
      const auto ratio = u / largest;
      return ratio * ratio;
    });
    return largest * std::sqrt(scaled);
  }
}

/// (Σ|u|ᵖ)^(1/p), in units of the largest, NaN or ∞ if one of the elements is.
template <class Stream>
double lp_norm(const Stream& stream, double order) {
  const double largest = max_norm(stream);
  if (!(largest > 0.0 && largest <= largest_double)) return largest;
  const double sum =
      stream.sum([largest, order](const auto& u, const auto&) EIGENTRAIN_INLINE_LAMBDA {
        return exp(order * log(abs(u) / largest));  // exp(−∞) is 0
      });
  return (Exact(largest) * exp(log(Exact(sum)) / order))[0];
}

/// The norm of order 1, 2, ∞ or any other number above 1.
template <class Stream>
double norm(const Stream& stream, double order) {
  if (order == 2.0) return l2_norm(stream);
  if (order == 1.0) return stream.sum(absolute);
  if (order > largest_double) return max_norm(stream);
  return lp_norm(stream, order);
}

}  // namespace eigentrain::detail
