// SPDX-License-Identifier: MIT
// Other containers go through a Map.
// expect: a parameter is an Eigen matrix, array, Map, Ref, block or Tensor
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static float values[12];
  static Eigen::MatrixXf gradient(4, 3);
#if defined(CONTROL)
  parameters.add("weight", Eigen::Map<Eigen::MatrixXf>(values, 4, 3), gradient);
#else
  parameters.add("weight", values, gradient);
#endif
}
