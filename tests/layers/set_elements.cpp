// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/set_elements.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("one set is normalized by its values") {
  const double x[] = {1, 2, 6}, gamma = 2, beta = 1;
  double y[3], kept[3], mean = 3, rest = 0, scale = 0.5;
  et::detail::set_normalize<et::detail::Weight::set, double>(
      {1, 1, 3, false}, {x, 3, 0}, {y, 3, 0}, {kept, 3, 0}, {&mean, &rest, &scale}, &gamma, &beta);
  CHECK(kept[2] == 1.5);
  CHECK(y[2] == 4);
}
