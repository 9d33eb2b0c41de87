// SPDX-License-Identifier: MIT
#include "mlp/relu.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"

using Eigen::Index;
using mlp::Matrix;

TEMPLATE_TEST_CASE("a gradient passes where ReLU's output is positive", "", float, double) {
  eigentrain::test::at_every_level([] {
    for (Index rows = 0; rows <= 35; ++rows) {
      // Inside a larger matrix, whose other values must stay.
      Matrix<TestType> y = Matrix<TestType>::Random(rows + 2, 5);
      Matrix<TestType> gradient = Matrix<TestType>::Random(rows + 2, 5);
      const Matrix<TestType> before = gradient;
      mlp::relu<TestType>(y.middleRows(1, rows));
      mlp::relu_backward<TestType>(y.middleRows(1, rows), gradient.middleRows(1, rows));
      for (Index j = 0; j < 5; ++j) {
        for (Index i = 0; i < rows + 2; ++i) {
          const bool stopped = i >= 1 && i <= rows && !(y(i, j) > 0);
          REQUIRE(gradient(i, j) == (stopped ? TestType(0) : before(i, j)));
        }
      }
    }
  });
}
