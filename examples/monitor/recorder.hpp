// SPDX-License-Identifier: MIT
// What a training run leaves behind for its page, in memory that does not grow with its length.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "plot/trace.hpp"

namespace monitor {

/// A tensor, and means over the gathered steps of an epoch.
struct Tensor {
  std::string name;
  std::int64_t size = 0;
  double gradient_norm = 0.0;
  double update_ratio = 0.0;
  double zero_share = 0.0;
  plot::Trace gradient_norms;
  plot::Trace update_ratios;
};

struct EpochFigures {
  double train_loss = 0.0, train_accuracy = 0.0;
  double test_loss = 0.0, test_accuracy = 0.0;
};

/// The curves over epochs: step 0 begins at 0, and what is known at the end of epoch 1 stands at 1.
///
///     Recorder recorder(steps_in_an_epoch);
///     for each epoch {
///       for each step {
///         recorder.step(gradient_norm, learning_rate);
///         if (statistics are there) recorder.gathered(statistics);
///       }
///       recorder.epoch({.train_loss = ...});
///     }
class Recorder {
 public:
  explicit Recorder(std::int64_t steps_in_epoch) : steps_in_epoch_(steps_in_epoch) {}

  void step(double gradient_norm, double learning_rate) {
    const double x = at(steps_++);
    gradient_norm_.push(x, gradient_norm);
    learning_rate_.push(x, learning_rate);
  }

  /// What was measured of every tensor in the last step: `statistics` has a size(), and for each i
  /// a name, size, gradient_norm, zero_share and update_ratio().
  template <class Statistics>
  void gathered(const Statistics& statistics) {
    const auto count = static_cast<std::size_t>(statistics.size());
    if (tensors_.empty()) {
      // A megabyte for all curves of the page together.
      const std::size_t runs =
          std::clamp<std::size_t>(16'000 / std::max<std::size_t>(count, 1), 8, 256);
      for (std::size_t i = 0; i < count; ++i) {
        const auto& one = statistics[static_cast<decltype(statistics.size())>(i)];
        Tensor tensor;
        tensor.name = std::string(one.name);
        tensor.size = static_cast<std::int64_t>(one.size);
        tensor.gradient_norms = plot::Trace(plot::Scale::logarithmic, runs);
        tensor.update_ratios = plot::Trace(plot::Scale::logarithmic, runs);
        tensors_.push_back(std::move(tensor));
      }
    }
    const double x = at(steps_ - 1);
    const double weight = 1.0 / static_cast<double>(++gathered_in_epoch_);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& one = statistics[static_cast<decltype(statistics.size())>(i)];
      Tensor& tensor = tensors_[i];
      tensor.gradient_norms.push(x, one.gradient_norm);
      tensor.update_ratios.push(x, one.update_ratio());
      tensor.gradient_norm += weight * (one.gradient_norm - tensor.gradient_norm);
      tensor.update_ratio += weight * (one.update_ratio() - tensor.update_ratio);
      tensor.zero_share += weight * (one.zero_share - tensor.zero_share);
    }
  }

  void epoch(const EpochFigures& figures) {
    const auto x = static_cast<double>(++epochs_);
    train_loss_.push(x, figures.train_loss);
    test_loss_.push(x, figures.test_loss);
    train_accuracy_.push(x, figures.train_accuracy);
    test_accuracy_.push(x, figures.test_accuracy);
    last_ = figures;
    gathered_in_epoch_ = 0;  // the means stay until the next step is gathered
  }

  std::int64_t steps() const { return steps_; }
  std::int64_t epochs() const { return epochs_; }
  const EpochFigures& last() const { return last_; }
  /// Where the curves end.
  double end() const { return std::max({at(steps_), static_cast<double>(epochs_), 1e-9}); }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  const plot::Trace& gradient_norm() const { return gradient_norm_; }
  const plot::Trace& learning_rate() const { return learning_rate_; }
  const plot::Trace& train_loss() const { return train_loss_; }
  const plot::Trace& test_loss() const { return test_loss_; }
  const plot::Trace& train_accuracy() const { return train_accuracy_; }
  const plot::Trace& test_accuracy() const { return test_accuracy_; }

 private:
  double at(std::int64_t step) const {
    return static_cast<double>(step) / static_cast<double>(steps_in_epoch_);
  }

  std::int64_t steps_in_epoch_;
  std::int64_t steps_ = 0, epochs_ = 0, gathered_in_epoch_ = 0;
  EpochFigures last_;
  std::vector<Tensor> tensors_;
  plot::Trace gradient_norm_{plot::Scale::logarithmic}, learning_rate_;
  plot::Trace train_loss_, test_loss_, train_accuracy_, test_accuracy_;
};

}  // namespace monitor
