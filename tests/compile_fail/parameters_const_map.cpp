// SPDX-License-Identifier: MIT
// A Map of const values can be a gradient, but no parameter.
// expect: the parameter is const, but a step must write to it
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static float values[12], slopes[12];
  const Eigen::Map<const Eigen::MatrixXf> fixed(slopes, 4, 3);
#if defined(CONTROL)
  parameters.add("weight", Eigen::Map<Eigen::MatrixXf>(values, 4, 3), fixed);
#else
  parameters.add("weight", fixed, Eigen::Map<Eigen::MatrixXf>(values, 4, 3));
#endif
}
