// SPDX-License-Identifier: MIT
// More is in norms.cpp, golden_norms.cpp and threads/norms.cpp.
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

TEST_CASE("backward refuses gradients of another shape, and changes nothing") {
  et::LayerNorm<float> norm(2);
  Eigen::MatrixXf x(2, 3), y(2, 3);
  x << 1, 3, 5, 2, 7, 4;
  norm.forward(x, y);
  Eigen::MatrixXf dx = Eigen::MatrixXf::Constant(2, 4, 9.0f);
  CHECK_THROWS_WITH(norm.backward(y, dx),
                    StartsWith("LayerNorm: the input's gradient is 4 samples"));
  CHECK_THROWS_WITH(norm.backward(dx, y),
                    StartsWith("LayerNorm: the output's gradient is 4 samples"));
  CHECK((dx.array() == 9.0f).all());
}
