// SPDX-License-Identifier: MIT
#include "eigentrain/layers/columns.hpp"

#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("every lane is visited once, in order, and nothing outside the range") {
  for (Eigen::Index begin : {0, 1, 5}) {
    for (Eigen::Index size = 0; size <= 33; ++size) {
      std::vector<int> seen(64, 0);
      Eigen::Index next = begin;
      bool in_order = true;
      et::detail::for_lanes<8>(begin, begin + size, [&]<int N>(Eigen::Index i) {
        in_order = in_order && i == next;
        next += N;
        for (int lane = 0; lane < N; ++lane) ++seen[static_cast<std::size_t>(i + lane)];
      });
      bool once = true;
      for (Eigen::Index i = 0; i < 64; ++i) {
        const int expected = i >= begin && i < begin + size ? 1 : 0;
        once = once && seen[static_cast<std::size_t>(i)] == expected;
      }
      CHECK(once);
      CHECK(in_order);
    }
  }
}

TEST_CASE("a shape that differs is named with both shapes") {
  const Eigen::MatrixXf batch(4, 7);
  CHECK_NOTHROW(et::detail::require_shape(batch, 4, 7, "BatchNorm", "output"));
  CHECK_THROWS_WITH(et::detail::require_shape(batch, 4, 8, "BatchNorm", "output"),
                    "BatchNorm: the output is 4x7, but must be 4x8");
  CHECK_THROWS_AS(et::detail::require_shape(batch, 3, 7, "BatchNorm", "output"),
                  std::invalid_argument);
}
