// SPDX-License-Identifier: MIT
// A column of a column-major matrix is contiguous, a row is not.
// expect: the values of a column .of a row, if row-major. must be contiguous
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static Eigen::MatrixXf weight(4, 3), gradient(4, 3);
#if defined(CONTROL)
  parameters.add("weight", weight.col(0), gradient.col(0));
#else
  parameters.add("weight", weight.row(0), gradient.row(0));
#endif
}
