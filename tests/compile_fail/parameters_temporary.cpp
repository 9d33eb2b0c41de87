// SPDX-License-Identifier: MIT
// A temporary view is fine, its memory stays; a temporary matrix takes its memory with it.
// expect: this is a temporary that would be gone before the first step
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static Eigen::MatrixXf weight(4, 3), gradient(4, 3);
#if defined(CONTROL)
  parameters.add("weight", weight.leftCols(2), gradient.leftCols(2));
#else
  parameters.add("weight", Eigen::MatrixXf(4, 3), gradient);
#endif
}
