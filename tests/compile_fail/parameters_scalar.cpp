// SPDX-License-Identifier: MIT
// float parameters have float gradients.
// expect: parameter and gradient must have the scalar type of the list
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static Eigen::MatrixXf weight(4, 3), gradient(4, 3);
  static Eigen::MatrixXd precise(4, 3);
#if defined(CONTROL)
  parameters.add("weight", weight, gradient);
#else
  parameters.add("weight", weight, precise);
#endif
}
