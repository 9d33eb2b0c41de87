// SPDX-License-Identifier: MIT
// A Map of const values can't be clipped in place.
// expect: what is changed in place is writable, not const and no expression
#include "eigentrain/gradient/clip_norm.hpp"

void clip() {
  static float values[12];
#if defined(CONTROL)
  eigentrain::clip_gradient_norm(Eigen::Map<Eigen::MatrixXf>(values, 4, 3), 1.0f);
#else
  eigentrain::clip_gradient_norm(Eigen::Map<const Eigen::MatrixXf>(values, 4, 3), 1.0f);
#endif
}
