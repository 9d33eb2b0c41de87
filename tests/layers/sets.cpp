// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/sets.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("blocks of sets cover all of them") {
  Eigen::Index next = 0;
  et::detail::for_set_blocks({1000, 1, 64, false}, [&](Eigen::Index k, Eigen::Index count) {
    CHECK(k == next);
    next += count;
  });
  CHECK(next == 1000);
}
