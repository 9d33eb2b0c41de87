// SPDX-License-Identifier: MIT
// The L2 norm of each row, of each column or of a whole matrix.
#pragma once

#include "eigentrain/gradient/groups.hpp"

namespace eigentrain::detail {

/// The norms of the groups [first, first + count), at most group_block. Safe from overflow and
/// underflow; NaN or ∞ where a value is.
template <class S>
void group_norms(const Grouped<S>& groups, Index first, Index count, double* norms) {
  fold_groups<Sum>(groups, first, count, norms, [](const auto& w, const auto&) { return w * w; });
  for (Index k = 0; k < count; ++k) {
    constexpr double smallest = std::numeric_limits<double>::min() / 1e-16;
    const bool in_range = norms[k] >= smallest && norms[k] <= std::numeric_limits<double>::max();
    if (std::is_same_v<std::remove_const_t<S>, double> && !in_range) [[unlikely]] {
      // Squares that left the range, or values that aren't finite: in units of the largest.
      double largest = 0.0;
      fold_groups<Max>(groups, first + k, 1, &largest,
                       [](const auto& w, const auto&) { return abs(w); });
      if (!(largest > 0.0 && largest <= std::numeric_limits<double>::max())) {
        norms[k] = largest > 0.0 || std::isnan(largest) ? largest : 0.0;
        continue;
      }
      fold_groups<Sum>(groups, first + k, 1, norms + k, [largest](const auto& w, const auto&) {
        const auto ratio = w / largest;
        return ratio * ratio;
      });
      norms[k] = largest * std::sqrt(norms[k]);
    } else {
      norms[k] = std::sqrt(norms[k]);
    }
  }
}

/// Calls f(first, count, norms) for all groups, block by block.
template <class S, class F>
void for_each_group_norm(const Grouped<S>& groups, const F& f) {
  double norms[group_block];
  for (Index first = 0; first < groups.count; first += group_block) {
    const Index count = std::min(group_block, groups.count - first);
    group_norms(groups, first, count, norms);
    f(first, count, norms);
  }
}

/// Throws std::invalid_argument, naming the group.
[[noreturn]] EIGENTRAIN_COLD inline void refuse_group(std::string_view owner, Groups groups,
                                                      Index number, std::string_view fault) {
  if (groups == Groups::all) fail({owner, ": the matrix ", fault, "; nothing was changed"});
  fail({owner, groups == Groups::rows ? ": row " : ": column ", number, " ", fault,
        "; nothing was changed"});
}

/// Throws std::invalid_argument unless every norm is finite; a double one may overflow.
template <class S>
void require_finite_groups(const Grouped<S>& groups, Groups which, std::string_view owner) {
  for_each_group_norm(groups, [&](Index first, Index count, const double* norms) {
    for (Index k = 0; k < count; ++k) {
      if (!std::isfinite(norms[k])) {
        refuse_group(owner, which, first + k, "has no finite norm");
      }
    }
  });
}

}  // namespace eigentrain::detail
