// SPDX-License-Identifier: MIT
// A multi-layer perceptron for classification, with its gradients by hand.
#pragma once

#include "mlp/block.hpp"

#include <optional>
#include <string>
#include <vector>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/parameters.hpp"
#include "mlp/cross_entropy.hpp"

namespace mlp {

struct MlpOptions {
  Index inputs = 0;
  std::vector<Index> hidden = {};  ///< sizes of the hidden layers; none gives logistic regression
  Index classes = 0;
  Index batch_size = 128;  ///< the most samples that a call will bring
  // Of the hidden layers:
  Activation activation = Activation::relu;
  NormKind norm = NormKind::none;
  std::optional<double> norm_epsilon = {};  ///< the normalization's own if not given
  double norm_momentum = 0.1;               ///< of batch norm's running statistics
  DropoutKind dropout_kind = DropoutKind::plain;
  double dropout = 0.0;   ///< its rate; with drop_path of the last shortcut, less before it
  Index groups = 8;       ///< of neighbouring outputs, for what treats them together
  bool residual = false;  ///< adds its input to the output of each that has as many of them
};

/// Blocks in a row, and cross-entropy on the logits of the last. Samples are columns. All memory is
/// taken by the constructor and the first call of learn().
///
///     mlp::Mlp<float> model({.inputs = 784, .hidden = {256, 128}, .classes = 10});
///     model.initialize([&](auto& weight) { et::he_normal(weight, random); });
///     model.learn(images, labels, random);  // sets the gradients
///     optimizer.step(model.parameters());
template <class S>
class Mlp {
 public:
  explicit Mlp(const MlpOptions& options) {
    using eigentrain::require_at_least;
    require_at_least(1, options.inputs, "Mlp", "inputs");
    require_at_least(1, options.classes, "Mlp", "classes");
    require_at_least(1, options.batch_size, "Mlp", "batch_size");
    const Index shortcuts = count_shortcuts(options);
    Index in = options.inputs, passed = 0;
    for (const Index out : options.hidden) {
      require_at_least(1, out, "Mlp", "hidden");
      const bool residual = options.residual && in == out;
      passed += residual ? 1 : 0;
      double rate = options.dropout;
      if (options.dropout_kind == DropoutKind::drop_path) {  // grows with the depth
        rate *= residual ? static_cast<double>(passed) / static_cast<double>(shortcuts) : 0.0;
      }
      add_block({.in = in,
                 .out = out,
                 .batch_size = options.batch_size,
                 .activation = options.activation,
                 .norm = {.kind = options.norm,
                          .groups = options.groups,
                          .momentum = options.norm_momentum,
                          .epsilon = options.norm_epsilon},
                 .dropout = {options.dropout_kind, rate, out, options.groups},
                 .residual = residual});
      in = out;
    }
    add_block({.in = in,
               .out = options.classes,
               .batch_size = options.batch_size,
               .activation = Activation::none});
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      add_parameters(blocks_[i], std::to_string(i + 1));
    }
  }
  // The parameters are views of the members.
  Mlp(const Mlp&) = delete;
  Mlp& operator=(const Mlp&) = delete;

  /// fc1.weight, fc1.bias, norm1.gamma, norm1.beta, fc2.weight, … Only weights decay.
  eigentrain::Parameters<S>& parameters() { return parameters_; }

  /// The running statistics of all normalizations that have them, as they follow each other.
  std::vector<et::RunningStatistics<S>*> statistics() {
    std::vector<et::RunningStatistics<S>*> all;
    for (Block<S>& block : blocks_) {
      auto* const kept = block.norm() == nullptr ? nullptr : block.norm()->statistics();
      if (kept != nullptr) all.push_back(kept);
    }
    return all;
  }

  /// Calls `fill` with every weight matrix; biases start at zero.
  template <class Fill>
  void initialize(Fill&& fill) {
    for (Block<S>& block : blocks_) fill(block.dense.weight);
  }

  /// Forward and backward in training mode: sets the gradients of the batch's mean loss. Throws
  /// std::invalid_argument, with nothing changed, if there are no samples or more than batch_size,
  /// or if features, samples or labels are not those of this network.
  Score learn(const Input<S>& x, const Eigen::Ref<const Eigen::VectorXi>& labels,
              eigentrain::Generator& random) {
    check(x, labels);
    const Index batch = x.cols();
    const std::size_t last = blocks_.size() - 1;
    blocks_.front().forward(x, random);
    for (std::size_t i = 1; i <= last; ++i) blocks_[i].forward(output(i - 1, batch), random);
    const Score score =
        softmax_cross_entropy<S>(output(last, batch), labels, gradient(last, batch));
    for (std::size_t i = last; i > 0; --i) {
      blocks_[i].backward(output(i - 1, batch), gradient(i, batch));
      blocks_[i].input_gradient(gradient(i, batch), gradient(i - 1, batch));
    }
    blocks_.front().backward(x, gradient(0, batch));
    return score;
  }

  /// The logits in evaluation mode, classes × samples. They stay until the next call. Throws as
  /// learn().
  Output<S> predict(const Input<S>& x) {
    check(x);
    blocks_.front().evaluate(x);
    for (std::size_t i = 1; i < blocks_.size(); ++i) blocks_[i].evaluate(output(i - 1, x.cols()));
    return output(blocks_.size() - 1, x.cols());
  }

  /// Loss and accuracy in evaluation mode; gradients of parameters stay as they are. Throws as
  /// learn().
  Score evaluate(const Input<S>& x, const Eigen::Ref<const Eigen::VectorXi>& labels) {
    check(x, labels);
    return softmax_cross_entropy<S>(predict(x), labels, gradient(blocks_.size() - 1, x.cols()));
  }

 private:
  void add_parameters(Block<S>& block, const std::string& number) {
    Dense<S>& dense = block.dense;
    parameters_.add("fc" + number + ".weight", dense.weight, dense.weight_gradient);
    parameters_.add("fc" + number + ".bias", dense.bias, dense.bias_gradient,
                    {.weight_decay = false});
    if (block.norm() != nullptr) block.norm()->add_to(parameters_, "norm" + number);
  }

  void add_block(const BlockOptions& options) {
    blocks_.emplace_back(options);
    gradients_.emplace_back(options.out, options.batch_size);
  }

  // How many hidden layers can have one, if they are to. Throws if the options don't fit together.
  static Index count_shortcuts(const MlpOptions& options) {
    Index count = 0, in = options.inputs;
    for (const Index out : options.hidden) {
      count += options.residual && in == out ? 1 : 0;
      in = out;
    }
    et::require(count > 0 || !options.residual,
                "Mlp: residual needs a hidden layer of the size of what is before it");
    et::require(count > 0 || options.dropout_kind != DropoutKind::drop_path,
                "Mlp: drop-path needs residual, since what it drops has to come by a shortcut");
    et::require(options.dropout_kind != DropoutKind::alpha ||
                    options.activation == Activation::selu || options.dropout == 0.0,
                "Mlp: alpha dropout needs SELU, whose mean and variance it keeps");
    return count;
  }

  // Eigen's own checks are gone in Release builds, where a batch too large would overwrite memory.
  void check(const Input<S>& x) const {
    using eigentrain::require;
    const Index inputs = blocks_.front().dense.weight.cols();
    const Index largest = gradients_.front().cols();
    require(x.rows() == inputs, "Mlp: samples must have ", inputs, " features, got ", x.rows());
    require(x.cols() >= 1 && x.cols() <= largest, "Mlp: a batch must have 1 to ", largest,
            " samples, got ", x.cols());
  }

  void check(const Input<S>& x, const Eigen::Ref<const Eigen::VectorXi>& labels) const {
    using eigentrain::require;
    check(x);
    const Index classes = blocks_.back().dense.weight.rows();
    require(labels.size() == x.cols(), "Mlp: ", x.cols(), " samples need as many labels, got ",
            labels.size());
    for (const int label : labels) {
      require(label >= 0 && label < classes, "Mlp: labels must be in [0, ", classes, "), got ",
              label);
    }
  }

  Output<S> output(std::size_t i, Index batch) { return blocks_[i].output(batch); }
  Output<S> gradient(std::size_t i, Index batch) { return gradients_[i].leftCols(batch); }

  std::vector<Block<S>> blocks_;
  std::vector<Matrix<S>> gradients_;  // ∂loss/∂ output of each block
  eigentrain::Parameters<S> parameters_;
};

}  // namespace mlp
