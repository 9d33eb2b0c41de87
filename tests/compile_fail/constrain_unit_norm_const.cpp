// SPDX-License-Identifier: MIT
// Weights that are const can't be constrained.
// expect: the weights are const
#include "eigentrain/gradient/constrain_norm.hpp"

void constrain(Eigen::MatrixXf& weights, const Eigen::MatrixXf& fixed) {
  fixed.sum();
#if defined(CONTROL)
  eigentrain::constrain_unit_norm(weights);
#else
  eigentrain::constrain_unit_norm(fixed);
#endif
}
