// SPDX-License-Identifier: MIT
// The length of a flattened kernel says nothing about its fans.
// expect: a vector has no fans; give them, as in
#include "eigentrain/init/fans.hpp"

#if defined(CONTROL)
using Weights = Eigen::MatrixXf;
#else
using Weights = Eigen::VectorXf;
#endif

eigentrain::Fans of(const Weights& weights) {
  return eigentrain::fans(weights);
}
