// SPDX-License-Identifier: MIT
// A matrix of one column has a diagonal; a vector that is passed is more likely a mistake.
// expect: a vector has no diagonal
#include "eigentrain/init/identity.hpp"

void fill() {
#if defined(CONTROL)
  static Eigen::MatrixXf weight(4, 1);
#else
  static Eigen::VectorXf weight(4);
#endif
  eigentrain::identity(weight);
}
