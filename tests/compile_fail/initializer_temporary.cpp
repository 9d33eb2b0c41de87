// SPDX-License-Identifier: MIT
// A temporary view is fine, its memory stays; a temporary matrix takes its values with it.
// expect: this matrix is a temporary, its values would be lost
#include "eigentrain/init/xavier.hpp"

void fill(eigentrain::Generator& random) {
  static Eigen::MatrixXf weight(4, 3);
#if defined(CONTROL)
  eigentrain::xavier_uniform(weight.leftCols(2), random);
#else
  eigentrain::xavier_uniform(Eigen::MatrixXf(4, 3), random);
#endif
}
