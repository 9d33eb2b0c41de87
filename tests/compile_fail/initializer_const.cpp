// SPDX-License-Identifier: MIT
// An initializer writes to what it is given.
// expect: a const tensor can.t be filled
#include <utility>

#include "eigentrain/init/he.hpp"

void fill(eigentrain::Generator& random) {
  static Eigen::MatrixXf weight(4, 3);
#if defined(CONTROL)
  eigentrain::he_normal(weight, random);
#else
  eigentrain::he_normal(std::as_const(weight), random);
#endif
}
