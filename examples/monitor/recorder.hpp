// SPDX-License-Identifier: MIT
// What a training run leaves behind for its page, in memory that does not grow with its length.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/state_visitor.hpp"
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
  Tensor() = default;
  Tensor(const Tensor& other)
      : name(other.name),
        typical(other.typical),
        gradient_norms(other.gradient_norms),
        update_ratios(other.update_ratios) {
    typical.name = name;
  }
  Tensor& operator=(const Tensor&) = delete;

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
  Recorder(const Recorder&) = default;
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
    if (tensors_.empty()) {
      begin(
          static_cast<std::size_t>(list.size()),
          [&](std::size_t i) { return list[static_cast<Index>(i)].name; },
          [&](std::size_t i) { return list[static_cast<Index>(i)].size; });
    }
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

  /// For checkpoints, as of et::Monitor: the list is that of the steps.
  template <class Visitor, class List>
  void visit_state(Visitor& visit, const List& list) {
    visit("at", at_);
    visit("steps", steps_);
    visit("epochs", epochs_);
    visit("gathered", gathered_);
    visit("gathered_in_epoch", gathered_in_epoch_);
    visit("train_loss", last_.train_loss);
    visit("train_accuracy", last_.train_accuracy);
    visit("test_loss", last_.test_loss);
    visit("test_accuracy", last_.test_accuracy);
    using Group = et::StateVisitor::Group;
    const auto show = [&](const char* name, auto& object) {
      const Group group(visit, name);
      object.visit_state(visit);
    };
    show("last_norms", last_norms_);
    show("gradient_norms", gradient_norm_);
    show("learning_rates", learning_rate_);
    show("train_losses", train_loss_);
    show("test_losses", test_loss_);
    show("train_accuracies", train_accuracy_);
    show("test_accuracies", test_accuracy_);
    if (tensors_.empty()) {
      begin(
          static_cast<std::size_t>(list.size()),
          [&](std::size_t i) { return list.name(static_cast<et::Index>(i)); },
          [&](std::size_t i) { return list.count(static_cast<et::Index>(i)); });
    }
    for (Tensor& tensor : tensors_) {
      const Group group(visit, tensor.name);
      et::TensorStatistics& typical = tensor.typical;
      visit("gradient_norm", typical.gradient_norm);
      visit("gradient_max", typical.gradient_max);
      visit("gradient_mean", typical.gradient_mean);
      visit("zero_share", typical.zero_share);
      visit("non_finite_share", typical.non_finite_share);
      visit("weight_norm", typical.weight_norm);
      visit("update_norm", typical.update_norm);
      show("gradient_norms", tensor.gradient_norms);
      show("update_ratios", tensor.update_ratios);
    }
    const auto least = std::min({steps_, epochs_, gathered_, gathered_in_epoch_});
    et::require_at_least(0, least, "Recorder", "a number of steps or epochs");
  }

 private:
  template <class Name, class Size>
  void begin(std::size_t count, const Name& name, const Size& size) {
    // So many points that the page stays below a megabyte.
    const std::size_t runs =
        std::clamp<std::size_t>(15'000 / std::max<std::size_t>(count, 1), 8, 256);
    tensors_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      tensors_[i].name = std::string(name(i));
      tensors_[i].typical.name = tensors_[i].name;
      tensors_[i].typical.size = size(i);
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
