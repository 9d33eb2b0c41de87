// SPDX-License-Identifier: MIT
// A column of a column-major matrix is contiguous, a row is not.
// expect: neighbours in a column .a row, if row-major. must be contiguous
#include "eigentrain/init/uniform.hpp"

void fill(eigentrain::Generator& random) {
  static Eigen::MatrixXf weight(4, 3);
#if defined(CONTROL)
  eigentrain::uniform(weight.col(0), random, -1.0, 1.0);
#else
  eigentrain::uniform(weight.row(0), random, -1.0, 1.0);
#endif
}
