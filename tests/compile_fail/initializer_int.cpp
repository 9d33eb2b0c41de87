// SPDX-License-Identifier: MIT
// The arithmetic is for float and double.
// expect: initializers fill float or double
#include "eigentrain/init/constant.hpp"

#if defined(CONTROL)
using Scalar = double;
#else
using Scalar = int;
#endif

void fill(Eigen::Matrix<Scalar, 2, 3>& weight) {
  eigentrain::ones(weight);
}
