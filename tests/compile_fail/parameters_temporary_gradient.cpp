// SPDX-License-Identifier: MIT
// The gradient is looked at in every step, so it must stay as well.
// expect: this is a temporary that would be gone before the first step
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static Eigen::MatrixXf weight(4, 3), gradient(4, 3);
#if defined(CONTROL)
  parameters.add("weight", weight, gradient);
#else
  parameters.add("weight", weight, Eigen::MatrixXf(4, 3));
#endif
}
