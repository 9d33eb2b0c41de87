// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/layer_norm.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a column gets mean 0 and deviation 1") {
  et::LayerNorm<double> norm(2, {.epsilon = 1e-12});
  Eigen::MatrixXd x(2, 1), y(2, 1);
  x << 3, 5;
  norm.forward(x, y);
  CHECK(y(0, 0) == Approx(-1));
  CHECK(y(1, 0) == Approx(1));
}
