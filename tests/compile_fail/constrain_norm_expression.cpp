// SPDX-License-Identifier: MIT
// An expression has no weights of its own.
// expect: the weights are const, or an expression
#include "eigentrain/gradient/constrain_norm.hpp"

void constrain(Eigen::MatrixXf& weights) {
#if defined(CONTROL)
  eigentrain::constrain_max_norm(weights.topRows(2), 3.0);
#else
  eigentrain::constrain_max_norm(2.0f * weights, 3.0);
#endif
}
