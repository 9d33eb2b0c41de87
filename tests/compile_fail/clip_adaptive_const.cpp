// SPDX-License-Identifier: MIT
// The weights may be const, their gradient may not: it is clipped in place.
// expect: what is changed in place is writable, not const and no expression
#include "eigentrain/gradient/clip_adaptive.hpp"

void clip(const Eigen::MatrixXf& weights, Eigen::MatrixXf& gradient) {
#if defined(CONTROL)
  eigentrain::clip_gradient_adaptive(weights, gradient);
#else
  eigentrain::clip_gradient_adaptive(weights, weights);
#endif
}
