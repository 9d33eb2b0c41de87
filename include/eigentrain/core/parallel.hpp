// SPDX-License-Identifier: MIT
// Threads, opt-in: with OpenMP on, and as many as Eigen uses.
#pragma once

#include <algorithm>

#include "eigentrain/core/view.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace eigentrain {

/// Calls body(begin, end) on ranges that cover [0, total) once, on up to Eigen::nbThreads() threads
/// when the program is compiled with OpenMP and there is enough to do. Ranges begin at multiples
/// of `grain`. The body must not throw, and its result must not depend on where ranges end.
template <class Body>
void parallel_ranges(Index total, Index grain, const Body& body) {
#ifdef _OPENMP
  const Index grains = (total + grain - 1) / grain;
  const Index threads = std::min<Index>(Eigen::nbThreads(), grains);
  if (threads > 1 && !omp_in_parallel()) {
#pragma omp parallel num_threads(static_cast<int>(threads))
    {
      // OpenMP may give fewer threads than asked for.
      const Index team = omp_get_num_threads();
      const Index mine = omp_get_thread_num();
      const Index begin = grains * mine / team * grain;
      const Index end = std::min(total, grains * (mine + 1) / team * grain);
      if (begin < end) body(begin, end);
    }
    return;
  }
#endif
  (void)grain;
  if (total > 0) body(Index(0), total);
}

}  // namespace eigentrain
