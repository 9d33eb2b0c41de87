// SPDX-License-Identifier: MIT
// Values are matched in storage order, which must be the same order.
// expect: parameter and gradient must both be column-major or both row-major
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  static Eigen::MatrixXf weight(4, 3);
  static RowMajor other(4, 3), gradient(4, 3);
#if defined(CONTROL)
  parameters.add("weight", other, gradient);
#else
  parameters.add("weight", weight, gradient);
#endif
}
