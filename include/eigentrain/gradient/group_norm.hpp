// SPDX-License-Identifier: MIT
// The L2 norm of each row, of each column or of a whole matrix.
#pragma once

#include "eigentrain/gradient/groups.hpp"
#include "eigentrain/gradient/norm.hpp"

namespace eigentrain::detail {

/// One group, as norms see it: like an UpdateStream.
template <class S>
struct GroupStream {
  using Scalar = std::remove_const_t<S>;
  const Grouped<S>& groups;
  Index number = 0;

  Index size() const { return groups.size; }
  template <class F>
  double sum(const F& term) const {
    double result = 0.0;
    fold_groups<Sum>(groups, number, 1, &result, term);
    return result;
  }
  template <class F>
  double max(const F& term) const {
    double result = 0.0;
    fold_groups<Max>(groups, number, 1, &result, term);
    return result;
  }
  template <class F>
  std::string_view first_without_finite_sum(const F& term) const {
    return std::isfinite(sum(term)) ? "" : "the tensor";
  }
};

/// The norms of the groups [first, first + count), at most group_block. Safe from overflow and
/// underflow; NaN or ∞ where a value is.
template <class S>
void group_norms(const Grouped<S>& groups, Index first, Index count, double* norms) {
  fold_groups<Sum>(groups, first, count, norms, squared);
  for (Index k = 0; k < count; ++k) {
    if (std::is_same_v<std::remove_const_t<S>, float> || squares_in_range(norms[k])) [[likely]] {
      norms[k] = std::sqrt(norms[k]);
    } else {
      norms[k] = l2_norm(GroupStream<S>{groups, first + k});
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

/// Throws std::invalid_argument, naming the group, and the tensor where it has a name.
template <class = void>
[[noreturn]] EIGENTRAIN_COLD void refuse_group(const char* owner, Groups groups, Index number,
                                               std::string_view fault,
                                               std::string_view tensor = {}) {
  constexpr std::string_view end = "; nothing was changed";
  if (groups == Groups::all) {
    fail({owner, ": ", tensor.empty() ? std::string_view("the matrix") : tensor, " ", fault, end});
  }
  const std::string_view kind = groups == Groups::rows ? ": row " : ": column ";
  if (tensor.empty()) fail({owner, kind, number, " ", fault, end});
  fail({owner, ": unit ", number, " of ", tensor, " ", fault, end});
}

/// Throws std::invalid_argument unless every norm is finite; a double one may overflow.
template <class S>
void require_finite_groups(const Grouped<S>& groups, Groups which, const char* owner,
                           std::string_view tensor = {}) {
  for_each_group_norm(groups, [&](Index first, Index count, const double* norms) {
    for (Index k = 0; k < count; ++k) {
      if (!std::isfinite(norms[k])) {
        refuse_group(owner, which, first + k, "has no finite norm", tensor);
      }
    }
  });
}

}  // namespace eigentrain::detail
