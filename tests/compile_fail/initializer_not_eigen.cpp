// SPDX-License-Identifier: MIT
// Other containers go through a Map.
// expect: an initializer fills an Eigen matrix, array, Map, Ref, block or Tensor
#include <vector>

#include "eigentrain/init/uniform.hpp"

void fill(std::vector<float>& values, eigentrain::Generator& random) {
#if defined(CONTROL)
  eigentrain::uniform(Eigen::Map<Eigen::VectorXf>(values.data(), 12), random, -1.0, 1.0);
#else
  eigentrain::uniform(values, random, -1.0, 1.0);
#endif
}
