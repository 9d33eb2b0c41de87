// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
#include "eigentrain/layers/vector_norm.hpp"

#include "eigentrain/layers/rms_norm.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a vector is divided by its root mean square") {
  et::RmsNorm<double> norm(2, {.epsilon = 1e-12});
  Eigen::MatrixXd x(2, 1), y(2, 1);
  x << 3, 4;
  norm.forward(x, y);
  CHECK(y(0, 0) == Approx(3 / std::sqrt(12.5)));
  CHECK(y(1, 0) == Approx(4 / std::sqrt(12.5)));
}
