// SPDX-License-Identifier: MIT
// An expression has no memory that could be clipped.
// expect: what is changed in place is writable, not const and no expression
#include "eigentrain/gradient/clip_norm.hpp"

void clip(Eigen::MatrixXf& gradient) {
#if defined(CONTROL)
  eigentrain::clip_gradient_norm(gradient.leftCols(2), 1.0f);
#else
  eigentrain::clip_gradient_norm(2.0f * gradient, 1.0f);
#endif
}
