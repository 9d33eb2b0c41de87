// SPDX-License-Identifier: MIT
// A Map with a stride between columns is fine, one between values is not.
// expect: the values of a column .of a row, if row-major. must be contiguous
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static float values[64];
  static Eigen::MatrixXf gradient(4, 3);
#if defined(CONTROL)
  using View = Eigen::Map<Eigen::MatrixXf, 0, Eigen::OuterStride<>>;
  parameters.add("weight", View(values, 4, 3, Eigen::OuterStride<>(8)), gradient);
#else
  using View = Eigen::Map<Eigen::MatrixXf, 0, Eigen::InnerStride<>>;
  parameters.add("weight", View(values, 4, 3, Eigen::InnerStride<>(2)), gradient);
#endif
}
