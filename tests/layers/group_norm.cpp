// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/group_norm.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a group of a column gets mean 0 and deviation 1") {
  et::GroupNorm<double> norm(4, {.groups = 2, .epsilon = 1e-12});
  Eigen::MatrixXd x(4, 1), y(4, 1);
  x << 3, 5, 10, 30;
  norm.forward(x, y);
  CHECK(norm.groups() == 2);
  CHECK(y(0, 0) == Approx(-1));
  CHECK(y(3, 0) == Approx(1));
}

TEST_CASE("the defaults of groups are one group and 1e-5") {
  CHECK(et::GroupNormOptions{}.groups == 1);
  CHECK(et::GroupNormOptions{}.epsilon == 1e-5);
}
