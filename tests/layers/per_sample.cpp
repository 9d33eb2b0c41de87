// SPDX-License-Identifier: MIT
// More is in norms.cpp and golden_norms.cpp.
#include "eigentrain/layers/per_sample.hpp"

#include "eigentrain/layers/layer_norm.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("evaluation is training without a memory") {
  et::LayerNorm<float> norm(2);
  Eigen::MatrixXf x(2, 1), y(2, 1);
  x << 1, 3;
  norm.evaluate(x, y);
  CHECK(y(1, 0) == Approx(1.0).epsilon(1e-5));
  CHECK_THROWS_AS(norm.backward(x, y), std::invalid_argument);
}
