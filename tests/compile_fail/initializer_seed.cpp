// SPDX-License-Identifier: MIT
// Randomness comes from a generator that goes on from call to call, not from a seed.
// expect: RandomSource
#include "eigentrain/init/he.hpp"

void fill(Eigen::MatrixXf& weight) {
#if defined(CONTROL)
  eigentrain::Generator random(42);
#else
  int random = 42;
#endif
  eigentrain::he_normal(weight, random);
}
