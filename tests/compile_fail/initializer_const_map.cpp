// SPDX-License-Identifier: MIT
// A Map of const values can't be written to.
// expect: a const tensor can.t be filled
#include "eigentrain/init/constant.hpp"

void fill(float* values) {
#if defined(CONTROL)
  eigentrain::zeros(Eigen::Map<Eigen::MatrixXf>(values, 4, 3));
#else
  eigentrain::zeros(Eigen::Map<const Eigen::MatrixXf>(values, 4, 3));
#endif
}
