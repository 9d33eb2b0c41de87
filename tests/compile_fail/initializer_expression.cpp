// SPDX-License-Identifier: MIT
// An expression has no memory to write to.
// expect: an expression has no memory to fill; pass the matrix itself
#include "eigentrain/init/normal.hpp"

void fill(eigentrain::Generator& random) {
  static Eigen::MatrixXf weight(4, 3);
#if defined(CONTROL)
  eigentrain::normal(weight, random, 0.0, 1.0);
  weight *= 2.0f;
#else
  eigentrain::normal(2.0f * weight, random, 0.0, 1.0);
#endif
}
