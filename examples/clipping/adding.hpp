// SPDX-License-Identifier: MIT
// The adding problem: a task that asks a recurrent network to remember.
#pragma once

#include <Eigen/Core>
#include <stdexcept>

#include "eigentrain/core/random.hpp"
#include "eigentrain/init/uniform.hpp"

namespace clipping {

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
template <class S>
using RowVector = Eigen::Matrix<S, 1, Eigen::Dynamic>;

/// Sequences of one length: column t·size() + i of the inputs is sequence i at time t.
template <class S>
struct Batch {
  Matrix<S> inputs;
  RowVector<S> targets;  ///< one a sequence

  Eigen::Index size() const { return targets.size(); }
  Eigen::Index length() const { return inputs.cols() / size(); }
};

/// Each step of a sequence has a number from U[−1, 1), in row 0, and a mark, in row 1, which is 1
/// at one step of the first half and at one of the second, and 0 elsewhere. The target is the sum
/// of the two marked numbers. Its variance is 2/3: the mean squared error of always answering 0.
///
/// Throws std::invalid_argument if `length` is odd or below 2, or `size` below 1.
///
/// Hochreiter & Schmidhuber, "Long short-term memory", 1997; simplified as by Le, Jaitly & Hinton,
/// "A simple way to initialize recurrent networks of rectified linear units", 2015.
template <class S>
Batch<S> adding(Eigen::Index length, Eigen::Index size, eigentrain::Generator& random) {
  if (length < 2 || length % 2 != 0 || size < 1) {
    throw std::invalid_argument("adding: needs an even number of steps and at least one sequence");
  }
  Batch<S> batch{Matrix<S>::Zero(2, length * size), RowVector<S>::Zero(size)};
  RowVector<S> numbers(length * size);
  eigentrain::uniform(numbers, random, -1.0, 1.0);
  batch.inputs.row(0) = numbers;
  for (Eigen::Index i = 0; i < size; ++i) {
    for (const Eigen::Index first : {Eigen::Index(0), length / 2}) {
      const Eigen::Index t = first + eigentrain::random_below(length / 2, random);
      const Eigen::Index column = t * size + i;
      batch.inputs(1, column) = S(1);
      batch.targets[i] += batch.inputs(0, column);
    }
  }
  return batch;
}

}  // namespace clipping
