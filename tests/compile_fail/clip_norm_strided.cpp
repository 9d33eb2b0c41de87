// SPDX-License-Identifier: MIT
// Of a row of a column-major matrix, every value lies on its own.
// expect: contiguous along a column
#include "eigentrain/gradient/clip_norm.hpp"

void clip(Eigen::MatrixXf& gradient) {
#if defined(CONTROL)
  eigentrain::clip_gradient_norm(gradient.col(0), 1.0f);
#else
  eigentrain::clip_gradient_norm(gradient.row(0), 1.0f);
#endif
}
