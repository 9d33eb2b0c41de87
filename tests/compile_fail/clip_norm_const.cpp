// SPDX-License-Identifier: MIT
// A gradient that is to be clipped in place can't be const.
// expect: what is changed in place is writable, not const and no expression
#include "eigentrain/gradient/clip_norm.hpp"

void clip(Eigen::MatrixXf& gradient, const Eigen::MatrixXf& fixed) {
  fixed.sum();
#if defined(CONTROL)
  eigentrain::clip_gradient_norm(gradient, 1.0f);
#else
  eigentrain::clip_gradient_norm(fixed, 1.0f);
#endif
}
