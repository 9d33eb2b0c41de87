// SPDX-License-Identifier: MIT
// A TensorMap of const values can't be written to.
// expect: a const tensor can.t be filled
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/init/he.hpp"

void fill(float* values, eigentrain::Generator& random) {
#if defined(CONTROL)
  const auto view = [&] { return Eigen::TensorMap<Eigen::Tensor<float, 2>>(values, 4, 3); };
#else
  const auto view = [&] { return Eigen::TensorMap<const Eigen::Tensor<float, 2>>(values, 4, 3); };
#endif
  eigentrain::he_normal(view(), random);
}
