// SPDX-License-Identifier: MIT
// Matrices in both storage orders, with the same values at the same place of each.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <type_traits>

#include "support/probe.hpp"

namespace eigentrain::test {

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
template <class S>
using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// noise(number, …) by the row and the column, whatever the order in memory.
template <class M>
void fill(M&& values, std::int64_t number) {
  using S = typename std::remove_reference_t<M>::Scalar;
  for (Index i = 0; i < values.rows(); ++i) {
    for (Index j = 0; j < values.cols(); ++j) values(i, j) = noise<S>(number, i * 1000 + j);
  }
}

}  // namespace eigentrain::test
