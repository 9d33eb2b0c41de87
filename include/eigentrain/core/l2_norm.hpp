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

/// Both norms of each tensor that wanted(tensor) takes, for f(tensor, ‖p‖₂, ‖u‖₂): in one pass over
/// all tensors of a stream, unless squares leave the range of double.
template <class Stream, class Wanted, class F>
void weight_and_update_norms(const Stream& stream, const Wanted& wanted, const F& f) {
  const auto weights = [](const auto&, const auto& p)
                           EIGENTRAIN_INLINE_LAMBDA { return Square{p}; };
  const auto roots = [&f](const auto& tensor, const auto& alone, const auto& squares) {
    constexpr bool never_leave = std::is_same_v<typename Stream::Scalar, float>;
    const bool w = never_leave || squares_in_range(squares[0]);
    const bool u = never_leave || squares_in_range(squares[1]);
    f(tensor, w ? std::sqrt(squares[0]) : weight_norm(alone),
      u ? std::sqrt(squares[1]) : l2_norm(alone));
  };
  stream.sums_by_tensor(wanted, weights, squared, roots);
}

}  // namespace eigentrain::detail
