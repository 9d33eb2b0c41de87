// SPDX-License-Identifier: MIT
// A parameter's first steps, to be compared with steps made by hand.
#pragma once

#include <Eigen/Core>

#include "eigentrain/core/parameters.hpp"

namespace eigentrain::test {

/// The parameter after each of three steps with these gradients, from p0.
template <class Optimizer>
Eigen::Vector3d three_steps(Optimizer optimizer, double p0, double g1, double g2, double g3) {
  Eigen::Matrix<double, 1, 1> p(p0), g;
  Parameters<double> parameters;
  parameters.add("p", p, g);
  Eigen::Vector3d result;
  for (int step = 0; step < 3; ++step) {
    g[0] = step == 0 ? g1 : step == 1 ? g2 : g3;
    optimizer.step(parameters);
    result[step] = p[0];
  }
  return result;
}

}  // namespace eigentrain::test
