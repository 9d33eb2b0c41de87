// SPDX-License-Identifier: MIT
// The L2 norm of all elements of a stream together.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "eigentrain/core/fold.hpp"

namespace eigentrain::detail {

inline constexpr auto squared = [](const auto& u, const auto&) { return Square{u}; };
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

/// The parameters of a stream, as norms see them.
template <class Stream>
struct WeightsOf {
  using Scalar = typename Stream::Scalar;
  const Stream& stream;

  template <class F>
  double sum(const F& term) const {
    return stream.sum([&term](const auto& u, const auto& p)
                          EIGENTRAIN_INLINE_LAMBDA { return term(p, u); });
  }
  template <class F>
  double max(const F& term) const {
    return stream.max([&term](const auto& u, const auto& p)
                          EIGENTRAIN_INLINE_LAMBDA { return term(p, u); });
  }
};

/// ‖p‖₂ of all parameters of a stream.
template <class Stream>
double weight_norm(const Stream& stream) {
  return l2_norm(WeightsOf<Stream>{stream});
}

/// Both norms, in one pass unless squares leave the range of double.
struct WeightAndUpdate {
  double weight, update;
};
template <class Stream>
WeightAndUpdate weight_and_update_norm(const Stream& stream) {
  const auto [weight, update] = stream.sums(
      [](const auto&, const auto& p) EIGENTRAIN_INLINE_LAMBDA { return Square{p}; }, squared);
  constexpr bool never_leave = std::is_same_v<typename Stream::Scalar, float>;
  return {never_leave || squares_in_range(weight) ? std::sqrt(weight) : weight_norm(stream),
          never_leave || squares_in_range(update) ? std::sqrt(update) : l2_norm(stream)};
}

}  // namespace eigentrain::detail
