// SPDX-License-Identifier: MIT
// The L2 norm over all tensors together.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "eigentrain/core/chain.hpp"

namespace eigentrain::detail {

inline constexpr auto squared = [](const auto& u, const auto&) { return u * u; };

/// ‖u‖₂ of all elements of a stream, NaN or ∞ if one of them is.
template <class Stream>
double l2_norm(const Stream& stream) {
  const double squares = stream.sum(squared);
  if constexpr (std::is_same_v<typename Stream::Scalar, float>) {
    return std::sqrt(squares);  // squares of floats neither overflow nor underflow in double
  } else {
    constexpr double smallest = std::numeric_limits<double>::min() / 1e-16;
    if (squares >= smallest && squares <= std::numeric_limits<double>::max()) {
      return std::sqrt(squares);
    }
    // Squares that left the range, or values that aren't finite: measured in units of the largest.
    const double largest = stream.max([](const auto& u, const auto&) { return abs(u); });
    if (!(largest > 0.0 && largest <= std::numeric_limits<double>::max())) {
      return largest > 0.0 || std::isnan(largest) ? largest : 0.0;
    }
    const double scaled = stream.sum([largest](const auto& u, const auto&) {
      const auto ratio = u / largest;
      return ratio * ratio;
    });
    return largest * std::sqrt(scaled);
  }
}

/// Throws std::invalid_argument, naming the first tensor at fault, unless the norm is finite. A
/// double norm may overflow although every element is finite; it is refused as well.
template <class Stream>
void require_finite(const Stream& stream, double norm, std::string_view owner) {
  if (std::isfinite(norm)) [[likely]] {
    return;
  }
  const auto zero_if_finite = [](const auto& u, const auto&) { return u - u; };
  const std::string_view name = stream.first_without_finite_sum(zero_if_finite);
  throw std::invalid_argument(
      name.empty() ? message(owner, ": the norm of all gradients overflows; nothing was changed")
                   : message(owner, ": the gradient of ", name,
                             " has values that are not finite; nothing was changed"));
}

}  // namespace eigentrain::detail
