// SPDX-License-Identifier: MIT
// Weights that are const can't be constrained.
// expect: the weights are const
#include "eigentrain/gradient/constrain_norm.hpp"

void constrain(Eigen::MatrixXf& weights, const Eigen::MatrixXf& fixed) {
  fixed.sum();
#if defined(CONTROL)
  eigentrain::constrain_max_norm(weights, 3.0);
#else
  eigentrain::constrain_max_norm(fixed, 3.0);
#endif
}
