// SPDX-License-Identifier: MIT
// What a training run leaves behind for its page, in memory that does not grow with its length.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/gradient/history.hpp"
#include "eigentrain/gradient/tensor_statistics.hpp"
#include "plot/trace.hpp"

namespace monitor {

namespace et = eigentrain;

struct EpochFigures {
  double train_loss = 0.0, train_accuracy = 0.0;
  double test_loss = 0.0, test_accuracy = 0.0;
};

/// The curves of a tensor, and what is typical of it.
struct Tensor {
  std::string name;
  /// Of the gradient, means over the gathered steps of an epoch: the present one, or the last if no
  /// step of the present one was gathered. Of weights and updates, means over the whole run, so
  /// that a learning rate that ends at zero doesn't hide what the tensor did.
  et::TensorStatistics typical;
  plot::Trace gradient_norms;
  plot::Trace update_ratios;
};

/// The curves over epochs: step 0 stands at 0, and what is known at the end of the first epoch
/// at 1.
///
///     Recorder recorder(steps_in_an_epoch);
///     for each epoch {
///       for each step {
///         recorder.step(gradient_norm, learning_rate);
///         if (monitor.gathered()) recorder.gathered(monitor);
///       }
///       recorder.epoch({.train_loss = ...});
///     }
class Recorder {
 public:
  Recorder() = default;
  // The statistics have views of the names, which stay where they are when the list moves.
  Recorder(Recorder&&) = default;
  Recorder& operator=(Recorder&&) = default;

  void step(double at, double gradient_norm, double learning_rate) {
    at_ = at;
    ++steps_;
    gradient_norm_.push(at, gradient_norm);
    learning_rate_.push(at, learning_rate);
    last_norms_.push(gradient_norm);
  }

  /// What was measured of every tensor in the last step: a list of et::TensorStatistics, the same
  /// tensors in each call.
  template <class Statistics>
  void gathered(const Statistics& list) {
    using Index = decltype(list.size());
    if (tensors_.empty()) begin(list);
    const auto mean = [](double& so_far, double value, std::int64_t count) {
      so_far += (value - so_far) / static_cast<double>(count);
    };
    ++gathered_in_epoch_;
    ++gathered_;
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      const et::TensorStatistics& now = list[static_cast<Index>(i)];
      et::TensorStatistics& typical = tensors_[i].typical;
      tensors_[i].gradient_norms.push(at_, now.gradient_norm);
      tensors_[i].update_ratios.push(at_, now.update_ratio());
      mean(typical.gradient_norm, now.gradient_norm, gathered_in_epoch_);
      mean(typical.gradient_max, now.gradient_max, gathered_in_epoch_);
      mean(typical.gradient_mean, now.gradient_mean, gathered_in_epoch_);
      mean(typical.zero_share, now.zero_share, gathered_in_epoch_);
      mean(typical.non_finite_share, now.non_finite_share, gathered_in_epoch_);
      mean(typical.weight_norm, now.weight_norm, gathered_);
      mean(typical.update_norm, now.update_norm, gathered_);
    }
  }

  void epoch(const EpochFigures& figures) {
    const auto x = static_cast<double>(++epochs_);
    train_loss_.push(x, figures.train_loss);
    test_loss_.push(x, figures.test_loss);
    train_accuracy_.push(x, figures.train_accuracy);
    test_accuracy_.push(x, figures.test_accuracy);
    last_ = figures;
    gathered_in_epoch_ = 0;
  }

  std::int64_t steps() const { return steps_; }
  std::int64_t epochs() const { return epochs_; }
  const EpochFigures& last() const { return last_; }
  /// Where the curves end, in epochs.
  double end() const { return std::max({at_, static_cast<double>(epochs_), 1e-3}); }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  const plot::Trace& gradient_norm() const { return gradient_norm_; }
  const et::History& last_norms() const { return last_norms_; }
  const plot::Trace& learning_rate() const { return learning_rate_; }
  const plot::Trace& train_loss() const { return train_loss_; }
  const plot::Trace& test_loss() const { return test_loss_; }
  const plot::Trace& train_accuracy() const { return train_accuracy_; }
  const plot::Trace& test_accuracy() const { return test_accuracy_; }

 private:
  template <class Statistics>
  void begin(const Statistics& list) {
    const auto count = static_cast<std::size_t>(list.size());
    // So many points that the page stays below a megabyte.
    const std::size_t runs =
        std::clamp<std::size_t>(15'000 / std::max<std::size_t>(count, 1), 8, 256);
    tensors_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const et::TensorStatistics& first = list[static_cast<decltype(list.size())>(i)];
      tensors_[i].name = std::string(first.name);
      tensors_[i].typical.name = tensors_[i].name;
      tensors_[i].typical.size = first.size;
      tensors_[i].gradient_norms = plot::Trace(plot::Scale::logarithmic, runs);
      tensors_[i].update_ratios = plot::Trace(plot::Scale::logarithmic, runs);
    }
  }

  double at_ = 0.0;
  std::int64_t steps_ = 0, epochs_ = 0, gathered_ = 0, gathered_in_epoch_ = 0;
  EpochFigures last_;
  std::vector<Tensor> tensors_;
  et::History last_norms_{4096};
  plot::Trace gradient_norm_{plot::Scale::logarithmic}, learning_rate_;
  plot::Trace train_loss_, test_loss_, train_accuracy_, test_accuracy_;
};

}  // namespace monitor
