// SPDX-License-Identifier: MIT
// Weights that are const can't be constrained.
// expect: what is changed in place is writable, not const and no expression
#include "eigentrain/gradient/constrain_values.hpp"

void constrain(Eigen::MatrixXf& weights, const Eigen::MatrixXf& fixed) {
  fixed.sum();
#if defined(CONTROL)
  eigentrain::constrain_box(weights, -1.0, 1.0);
#else
  eigentrain::constrain_box(fixed, -1.0, 1.0);
#endif
}
