// SPDX-License-Identifier: MIT
// Threads, opt-in: with OpenMP on, and as many as Eigen uses.
#pragma once

#include <algorithm>

#include "eigentrain/core/view.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace eigentrain {

namespace detail {

/// Calls body(cut(i, n), cut(i + 1, n)) for all i < n, each on a thread of its own, where the
/// program is compiled with OpenMP; n is the lesser one of Eigen::nbThreads() and `most`. Cuts go
/// from 0 to `total`.
template <class Cut, class Body>
void parallel_cuts(Index total, Index most, const Cut& cut, const Body& body) {
#ifdef _OPENMP
  const Index threads = std::min<Index>(Eigen::nbThreads(), most);
  if (threads > 1 && !omp_in_parallel()) {
#pragma omp parallel num_threads(static_cast<int>(threads))
    {
      // OpenMP may give fewer threads than asked for.
      const Index team = omp_get_num_threads();
      const Index mine = omp_get_thread_num();
      const Index begin = cut(mine, team), end = cut(mine + 1, team);
      if (begin < end) body(begin, end);
    }
    return;
  }
#endif
  (void)most, (void)cut;
  if (total > 0) body(Index(0), total);
}

}  // namespace detail

/// Calls body(begin, end) on ranges that cover [0, total) once, on up to Eigen::nbThreads() threads
/// when the program is compiled with OpenMP and there is enough to do. Ranges begin at multiples
/// of `grain`. The body must not throw, and its result must not depend on where ranges end.
template <class Body>
void parallel_ranges(Index total, Index grain, const Body& body) {
  const Index grains = (total + grain - 1) / grain;
  const auto cut = [=](Index i, Index n) { return std::min(total, grains * i / n * grain); };
  detail::parallel_cuts(total, grains, cut, body);
}

}  // namespace eigentrain
