// SPDX-License-Identifier: MIT
// Norms over all elements of a stream together.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/l2_norm.hpp"
#include "eigentrain/core/log.hpp"

namespace eigentrain::detail {

/// (|u|/largest)ᵖ
struct PowerOfShare {
  static constexpr bool is_long = true;
  double largest, order;
  template <class P>
  EIGENTRAIN_INLINE P operator()(const P& u, const P&) const {
    return exp(order * log(abs(u) / largest));  // exp(−∞) is 0
  }
};

/// (Σ|u|ᵖ)^(1/p), in units of the largest, NaN or ∞ if one of the elements is.
template <class Stream>
double lp_norm(const Stream& stream, double order) {
  const double largest = max_norm(stream);
  if (!(largest > 0.0 && largest <= largest_double)) return largest;
  const double sum = stream.sum(PowerOfShare{largest, order});
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
