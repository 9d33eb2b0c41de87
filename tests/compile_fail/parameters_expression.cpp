// SPDX-License-Identifier: MIT
// An expression has no memory to write to or to find again.
// expect: this is an expression without memory of its own
#include "eigentrain/core/parameters.hpp"

void add(eigentrain::Parameters<float>& parameters) {
  static Eigen::MatrixXf weight(4, 3), gradient(4, 3), decay(4, 3);
#if defined(CONTROL)
  gradient += decay;
  parameters.add("weight", weight, gradient);
#else
  parameters.add("weight", weight, gradient + decay);
#endif
}
