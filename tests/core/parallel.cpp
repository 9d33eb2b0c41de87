// SPDX-License-Identifier: MIT
#include "eigentrain/core/parallel.hpp"

#include <atomic>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("ranges cover everything once and begin at multiples of the grain") {
  const int before = Eigen::nbThreads();
  for (const int threads : {1, 2, 3, 8}) {
    Eigen::setNbThreads(threads);
    for (const et::Index total : {0, 1, 63, 64, 65, 128, 1000, 4096}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(total));
      std::atomic<int> misplaced{0};
      et::parallel_ranges(total, 64, [&](et::Index begin, et::Index end) {
        if (begin % 64 != 0 || begin >= end) ++misplaced;
        for (et::Index i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      CHECK(misplaced == 0);
      for (const auto& count : seen) {
        if (count != 1) FAIL_CHECK("covered " << count << " times");
      }
    }
  }
  Eigen::setNbThreads(before);
}
