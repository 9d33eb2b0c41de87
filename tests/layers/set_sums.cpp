// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/set_sums.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("the mean and the squared deviations of one set") {
  const double x[] = {1, 2, 6};
  double mean = 0, squares = 0;
  et::detail::set_moments<true, double>({1, 1, 3, false}, {x, 3, 0}, &mean, &squares);
  CHECK(mean == 3);
  CHECK(squares == 14);
}
