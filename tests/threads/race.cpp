// SPDX-License-Identifier: MIT
// A race on purpose: a loop whose body adds to a variable that the threads share. Only for
// ThreadSanitizer, which has to report it.
#include <cstdio>

#include "eigentrain/core/parallel.hpp"

int main() {
  Eigen::setNbThreads(2);
  eigentrain::Index sum = 0;
  eigentrain::parallel_ranges(
      1000, 1, [&](eigentrain::Index begin, eigentrain::Index end) { sum += end - begin; });
  std::printf("%ld\n", static_cast<long>(sum));
  return 0;
}
