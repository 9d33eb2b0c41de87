// SPDX-License-Identifier: MIT
// The matrix types of the example.
#pragma once

// Eigen's products repack their operands, on the heap if they are larger than this. On the stack,
// a training step allocates nothing. Include this before any header of Eigen's.
#ifndef EIGEN_STACK_ALLOCATION_LIMIT
#define EIGEN_STACK_ALLOCATION_LIMIT (2 * 1024 * 1024)
#endif

#include <Eigen/Core>

namespace mlp {

using Eigen::Index;

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

/// Samples (columns) to read and to write: a matrix or some of its columns, without a copy.
template <class S>
using Input = Eigen::Ref<const Matrix<S>>;
template <class S>
using Output = Eigen::Ref<Matrix<S>>;

}  // namespace mlp
