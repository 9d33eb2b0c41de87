// SPDX-License-Identifier: MIT
// Replays the runs that tests/golden/optimizers.py recorded and says how far off another
// implementation is. The gradients here are those of the script, bit by bit.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "golden/optimizers.hpp"

namespace golden {

inline constexpr int tensor_count = static_cast<int>(std::size(tensors));
inline constexpr int value_count = [] {
  int count = 0;
  for (const Tensor& tensor : tensors) count += tensor.rows * tensor.cols;
  return count;
}();

/// 32 bits that look random, from the step and the element's index.
inline std::uint32_t mixed(std::int64_t step, int index) {
  std::uint32_t x = static_cast<std::uint32_t>(step) * 0x9E3779B1u +
                    static_cast<std::uint32_t>(index) * 0x85EBCA77u + 0x165667B1u;
  x = (x ^ (x >> 16)) * 0x7FEB352Du;
  x = (x ^ (x >> 15)) * 0x846CA68Bu;
  return x ^ (x >> 16);
}

/// A multiple of 2⁻¹¹ in [−1, 1).
inline double centered(std::int64_t step, int index) {
  return static_cast<double>(mixed(step, index) >> 20) / 2048.0 - 1.0;
}

/// The learning rate of a step (index 0 is the first), without the tensor's own scale.
inline double rate(const Options& options, std::int64_t index) {
  if (!options.scheduled) return options.learning_rate;
  const double factor =
      index < 256 ? static_cast<double>(index) / 256.0 : static_cast<double>(1280 - index) / 1024.0;
  return options.learning_rate * factor;
}

/// The tensors of a run and the gradients that drive it: a pull toward a target, and noise.
template <class S>
struct Model {
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  std::vector<Matrix> parameters, gradients;

  Model() {
    int index = 0;
    for (const Tensor& tensor : tensors) {
      Matrix values(tensor.rows, tensor.cols);
      for (int r = 0; r < tensor.rows; ++r) {
        for (int c = 0; c < tensor.cols; ++c) {
          values(r, c) = static_cast<S>(2.0 * centered(1'000'000, index++));
        }
      }
      gradients.push_back(Matrix::Zero(tensor.rows, tensor.cols));
      parameters.push_back(std::move(values));
    }
  }

  /// Computes the gradients of a step (1 is the first) from the parameters as they are now.
  void backward(std::int64_t step) {
    int index = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      for (int r = 0; r < parameters[i].rows(); ++r) {
        for (int c = 0; c < parameters[i].cols(); ++c, ++index) {
          const double pull = std::ldexp(1.0, -(index % 3));
          const double target = 2.0 * centered(1'000'001, index);
          const double p = static_cast<double>(parameters[i](r, c));
          gradients[i](r, c) = static_cast<S>(pull * (p - target) + centered(step, index));
        }
      }
    }
  }
};

/// Number `position` of a snapshot, out of its hexadecimal digits.
inline double recorded(const Case& run, std::size_t snapshot, int position) {
  const char* first = run.values[snapshot] + 16 * position;
  std::uint64_t bits = 0;
  for (int i = 0; i < 16; ++i) {
    const char digit = first[i];
    bits = bits * 16 + static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  return std::bit_cast<double>(bits);
}

/// How far a value of the order of 1 may lie from the recorded one; larger values, as much farther.
/// All tensors' values are of that order, and a small one is the difference of such.
///
/// Double: 1e-12, the roundings of 1,000 steps times ten.
///
/// Float: another order of operations must not be worse than PyTorch's, so the measure is what
/// PyTorch's own float32 run has lost against its float64 run by this step (the worst element),
/// four times, as that is one sample of a random walk; and four units in the last place, for the
/// first steps, in which PyTorch may happen to round luckily.
template <class S>
double tolerance(const Case& run, std::size_t snapshot) {
  if constexpr (std::is_same_v<S, double>) return 1e-12;
  return 4.0 * run.lost[snapshot] +
         4.0 * static_cast<double>(std::numeric_limits<float>::epsilon());
}

/// The largest error of the tensors at a snapshot as a multiple of its tolerance. In a sum, every
/// value may be that far off. A value that is not a number counts as infinitely wrong.
template <class S>
double worst_error(const Case& run, std::size_t snapshot, const Model<S>& model) {
  const double allowed = tolerance<S>(run, snapshot);
  double worst = 0.0;
  int position = 0;
  const auto compare = [&](double value, double values) {
    const double expected = recorded(run, snapshot, position++);
    const double size = std::max(values, std::abs(expected));
    const double error = std::abs(value - expected) / (size * allowed);
    worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
  };
  for (const auto& tensor : model.parameters) {
    const Eigen::MatrixXd values = tensor.template cast<double>();
    compare(values(0, 0), 1.0);
    compare(values(values.rows() - 1, values.cols() - 1), 1.0);
    double sum = 0.0;
    for (Eigen::Index i = 0; i < values.size(); ++i) sum += values.data()[i];
    compare(sum, static_cast<double>(values.size()));
  }
  return worst;
}

/// Runs 1,000 steps and returns the largest error of all snapshots as a multiple of its tolerance:
/// at most 1 for an implementation that is right. `step(count)` makes step `count` (1 first)
/// with the gradients that stand in the model.
template <class S, class StepFunction>
double worst_error(const Case& run, Model<S>& model, StepFunction&& step) {
  double worst = 0.0;
  std::size_t snapshot = 0;
  for (std::int64_t count = 1; snapshot < std::size(snapshots); ++count) {
    model.backward(count);
    step(count);
    if (count == snapshots[snapshot]) {
      worst = std::max(worst, worst_error(run, snapshot, model));
      ++snapshot;
    }
  }
  return worst;
}

}  // namespace golden
