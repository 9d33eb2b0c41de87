// SPDX-License-Identifier: MIT
// The smallest program that uses eigentrain and Eigen. It ends with 0 if what it made is right.

#include <eigentrain/init/identity.hpp>

int main() {
  Eigen::Matrix2f W;
  eigentrain::identity(W, 0.5);
  return W(0, 0) == 0.5f && W(1, 0) == 0.0f && W(0, 1) == 0.0f && W(1, 1) == 0.5f ? 0 : 1;
}
