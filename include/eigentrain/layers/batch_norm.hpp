// SPDX-License-Identifier: MIT
// Batch normalization of features.
#pragma once

#include <cmath>
#include <cstdint>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/layers/batch_norm_kernels.hpp"
#include "eigentrain/layers/columns.hpp"

namespace eigentrain {

struct BatchNormOptions {
  /// Weight of the newest batch in the running statistics, in [0, 1].
  double momentum = 0.1;
  /// All batches have the same weight instead: PyTorch's momentum=None.
  bool cumulative = false;
  /// Added to the variance, in (0, ∞).
  double epsilon = 1e-5;
};

/// Batch normalization: every feature (row) gets mean β and standard deviation γ over the batch.
///
///     y = γ·x̂ + β,   x̂ = (x − μ)/√(σ² + ε)
///
/// In training (forward), μ and σ² are the mean and the biased variance of the batch, and the
/// running statistics move towards them: r ← (1 − momentum)·r + momentum·(μ, or σ²·n/(n−1)).
/// In evaluation (evaluate), μ and σ² are the running statistics, which start at 0 and 1.
///
/// x and y are features × samples; y may be x. γ (initially 1) and β (initially 0) have one value a
/// feature and are the user's to train:
///
///     et::BatchNorm<float> norm(128);
///     parameters.add("norm.gamma", norm.gamma(), norm.gamma_gradient(), {.weight_decay = false});
///     parameters.add("norm.beta", norm.beta(), norm.beta_gradient(), {.weight_decay = false});
///     norm.forward(x, y);       // training
///     norm.backward(dy, dx);    // sets both gradients and dx
///     norm.evaluate(x, y);      // const
///
/// Statistics are two-pass sums in double, so a constant feature of 1e6 comes out as exactly β. A
/// batch with a NaN or an infinity in it gives NaN in that feature's outputs and leaves all running
/// statistics as they were. After the first batch, batches that are not larger allocate nothing.
///
/// Ioffe & Szegedy, "Batch Normalization", 2015. As torch.nn.BatchNorm1d, except that training and
/// evaluation are two functions instead of a mode, and that the running statistics ignore batches
/// that are not finite. Keras's momentum is 1 − ours and its ε is 1e-3; its running variance is
/// the biased one.
template <class S>
class BatchNorm {
  using Values = Eigen::Matrix<S, Eigen::Dynamic, 1>;

 public:
  /// One value a feature. A view: to be read and written, not resized; it follows the layer when
  /// that is moved, not when it is copied.
  using Vector = Eigen::Map<Values>;
  using ConstVector = Eigen::Map<const Values>;

  /// Throws std::invalid_argument if features < 1 or an option is out of its range.
  explicit BatchNorm(Eigen::Index features, const BatchNormOptions& options = {})
      : features_(features), options_(options) {
    require_at_least(1, features, "BatchNorm", "features");
    require_in(ranges::fraction, options.momentum, "BatchNorm", "momentum");
    require_in(ranges::positive, options.epsilon, "BatchNorm", "epsilon");
    for (Values* ones : {&gamma_, &running_variance_}) ones->setOnes(features);
    for (Values* zeros : {&beta_, &gamma_gradient_, &beta_gradient_, &running_mean_, &mean_,
                          &mean_rest_, &scale_}) {
      zeros->setZero(features);
    }
    for (auto* zeros : {&sums_, &squares_}) zeros->resize(static_cast<std::size_t>(features));
  }

  /// Training: normalizes the batch by its own statistics and updates the running ones. Throws
  /// std::invalid_argument, with nothing changed, if the input has not `features` rows or fewer
  /// than 2 columns (one sample has no variance), or if the output has another shape.
  void forward(const BatchInput<S>& input, BatchOutput<S> output) {
    check(input, output, 2);
    const Eigen::Index samples = input.cols();
    if (normalized_.size() < features_ * samples) normalized_.resize(features_ * samples);
    samples_ = samples;
    detail::batch_moments<S>(input, sums_.data(), squares_.data());
    update_running_statistics();
    const detail::Normalization<S> by{mean_.data(), mean_rest_.data(), scale_.data()};
    detail::batch_normalization<S>(features_, samples, options_.epsilon, sums_.data(),
                                   squares_.data(), by);
    detail::batch_normalize<S>(input, output, normalized_.data(), by, gamma_.data(), beta_.data());
  }

  /// Evaluation: normalizes every sample by the running statistics. Changes nothing, so threads may
  /// share the layer. Throws as forward(), but takes a single sample.
  void evaluate(const BatchInput<S>& input, BatchOutput<S> output) const {
    check(input, output, 1);
    detail::batch_normalize_by<S>(running_mean_.data(), running_variance_.data(), options_.epsilon,
                                  input, output, gamma_.data(), beta_.data());
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), through its mean and variance:
  ///
  ///     ∂L/∂β = Σ ∂L/∂y,   ∂L/∂γ = Σ ∂L/∂y·x̂     (set, not added to)
  ///     ∂L/∂x = γ/√(σ² + ε)·(∂L/∂y − mean(∂L/∂y) − x̂·mean(∂L/∂y·x̂))
  ///
  /// The two batches may be the same matrix. Throws std::invalid_argument, with nothing changed, if
  /// one has not the shape of that batch, or if there was none.
  void backward(const BatchInput<S>& output_gradient, BatchOutput<S> input_gradient) {
    require(samples_ > 0, "BatchNorm: backward() needs a forward() before it");
    detail::require_shape(output_gradient, features_, samples_, "BatchNorm", "output's gradient");
    detail::require_shape(input_gradient, features_, samples_, "BatchNorm", "input's gradient");
    detail::batch_gradient_sums<S>(output_gradient, normalized_.data(), sums_.data(),
                                   squares_.data());
    detail::batch_gradient_means<S>(features_, samples_, sums_.data(), squares_.data(),
                                    beta_gradient_.data(), gamma_gradient_.data(), mean_.data(),
                                    mean_rest_.data());
    detail::batch_input_gradient<S>(output_gradient, input_gradient, normalized_.data(),
                                    gamma_.data(), scale_.data(), mean_.data(), mean_rest_.data());
  }

  Eigen::Index features() const { return features_; }
  Vector gamma() { return view(gamma_); }
  Vector beta() { return view(beta_); }
  Vector gamma_gradient() { return view(gamma_gradient_); }
  Vector beta_gradient() { return view(beta_gradient_); }
  ConstVector gamma() const { return view(gamma_); }
  ConstVector beta() const { return view(beta_); }

  /// What evaluation uses; with batches(), the state that a checkpoint needs.
  Vector running_mean() { return view(running_mean_); }
  Vector running_variance() { return view(running_variance_); }
  ConstVector running_mean() const { return view(running_mean_); }
  ConstVector running_variance() const { return view(running_variance_); }
  /// How many batches the running statistics have seen.
  std::int64_t batches() const { return batches_; }
  /// Throws std::invalid_argument if batches < 0.
  void set_batches(std::int64_t batches) {
    require_at_least(0, batches, "BatchNorm", "batches");
    batches_ = batches;
  }

 private:
  Vector view(Values& values) { return {values.data(), features_}; }
  ConstVector view(const Values& values) const { return {values.data(), features_}; }

  void check(const BatchInput<S>& input, const BatchOutput<S>& output, Eigen::Index least) const {
    require(input.rows() == features_, "BatchNorm: the input is ", input.rows(), "x", input.cols(),
            ", but must have ", features_, " rows, one a feature");
    require(input.cols() >= least, "BatchNorm: the input is ", input.rows(), "x", input.cols(),
            ", but must have at least ", least, least == 1 ? " column" : " columns in training");
    detail::require_shape(output, input.rows(), input.cols(), "BatchNorm", "output");
  }

  void update_running_statistics() {
    const double unbias = 1.0 / static_cast<double>(samples_ - 1);
    for (std::size_t f = 0; f < sums_.size(); ++f) {
      // Also false where the scalar type can't hold them.
      const bool finite = std::isfinite(static_cast<S>(sums_[f])) &&
                          std::isfinite(static_cast<S>(squares_[f] * unbias));
      if (!finite) return;
    }
    ++batches_;
    const double weight =
        options_.cumulative ? 1.0 / static_cast<double>(batches_) : options_.momentum;
    detail::move_statistics<S>(features_, weight, unbias, sums_.data(), squares_.data(),
                               running_mean_.data(), running_variance_.data());
  }

  Eigen::Index features_;
  BatchNormOptions options_;
  Values gamma_, beta_, gamma_gradient_, beta_gradient_;
  Values running_mean_, running_variance_;
  std::int64_t batches_ = 0;
  Eigen::Index samples_ = 0;  // of the last forward()
  Values normalized_;         // its x̂; grows, never shrinks
  Values scale_;              // its 1/√(σ² + ε)
  Values mean_, mean_rest_;   // μ in two parts; in backward() the two mean gradients
  // The moments; in backward() the two sums. No Eigen type: one that doesn't depend on S would be
  // compiled by every program that includes this header.
  detail::Buffer<double> sums_, squares_;
};

}  // namespace eigentrain
