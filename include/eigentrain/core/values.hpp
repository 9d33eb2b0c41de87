// SPDX-License-Identifier: MIT
// Sums over values that lie one after the other.
#pragma once

#include "eigentrain/core/reduce.hpp"

namespace eigentrain::detail {

/// `size` values, as norms see them: like an UpdateStream. On one thread, and with the same bits
/// everywhere.
template <class S>
struct Values {
  using Scalar = S;
  const S* data;
  Index size;

  template <class F>
  double sum(const F& term) const {
    return reduce<Sum>(term);
  }
  template <class F>
  double max(const F& term) const {
    return reduce<Max>(term);
  }

 private:
  template <class Fold, class F>
  double reduce(const F& term) const {
    alignas(64) double lanes[reduction_lanes];
    std::fill_n(lanes, reduction_lanes, Fold::start);
    if (size > 0) {
      reduce_run<Fold>(lanes, Index(0), data, data, std::array<S*, 0>{}, size, term);
    }
    return fold_lanes<Fold>(lanes);
  }
};
template <class S>
Values(const S*, Index) -> Values<S>;

}  // namespace eigentrain::detail
