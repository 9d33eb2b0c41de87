// SPDX-License-Identifier: MIT
// An expression has no weights of its own.
// expect: what is changed in place is writable, not const and no expression
#include "eigentrain/gradient/constrain_values.hpp"

void constrain(Eigen::MatrixXf& weights) {
#if defined(CONTROL)
  eigentrain::constrain_box(weights.topRows(2), -1.0, 1.0);
#else
  eigentrain::constrain_box(weights + weights, -1.0, 1.0);
#endif
}
