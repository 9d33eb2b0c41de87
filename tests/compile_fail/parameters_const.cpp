// SPDX-License-Identifier: MIT
// A step writes to the parameter.
// expect: the parameter is const, but a step must write to it
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static Eigen::MatrixXf weight(4, 3), gradient(4, 3);
#if defined(CONTROL)
  parameters.add("weight", weight, gradient);
#else
  parameters.add("weight", std::as_const(weight), gradient);
#endif
}
