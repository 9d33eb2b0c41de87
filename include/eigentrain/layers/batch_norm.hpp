// SPDX-License-Identifier: MIT
// Batch normalization of features.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "eigentrain/layers/batch_norm_kernels.hpp"
#include "eigentrain/layers/columns.hpp"

namespace eigentrain {

struct BatchNormOptions {
  /// Weight of the newest batch in the running statistics, in [0, 1]. std::nullopt gives all
  /// batches the same weight (a cumulative average).
  std::optional<double> momentum = 0.1;
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
  using Sums = Eigen::Matrix<double, Eigen::Dynamic, 1>;

 public:
  using Vector = Eigen::Map<Values>;
  using ConstVector = Eigen::Map<const Values>;

  /// Throws std::invalid_argument if features < 1 or an option is out of its range.
  explicit BatchNorm(Eigen::Index features, const BatchNormOptions& options = {})
      : options_(options), features_(features) {
    require_at_least(1, features, "BatchNorm", "features");
    require_in(ranges::fraction, options.momentum.value_or(0.0), "BatchNorm", "momentum");
    require_in(ranges::positive, options.epsilon, "BatchNorm", "epsilon");
    gamma_.setOnes(features);
    running_variance_.setOnes(features);
    for (Values* values : {&beta_, &gamma_gradient_, &beta_gradient_, &running_mean_, &mean_low_,
                           &mean_high_, &inverse_deviation_}) {
      values->setZero(features);
    }
    for (Sums* sums : {&first_sums_, &second_sums_}) sums->setZero(features);
  }

  /// Training: normalizes the batch by its own statistics and updates the running ones. Throws
  /// std::invalid_argument, with nothing changed, if the input has not `features` rows or fewer
  /// than 2 columns (one sample has no variance), or the output has another shape.
  void forward(const BatchInput<S>& input, BatchOutput<S> output) {
    check(input, output, 2);
    samples_ = input.cols();
    if (normalized_.size() < features_ * samples_) normalized_.resize(features_ * samples_);
    detail::batch_norm_statistics<S>(input, {options_.epsilon, first_sums_.data(),
                                             second_sums_.data(), mean_high_.data(),
                                             mean_low_.data(), inverse_deviation_.data()});
    update_running_statistics();
    detail::batch_norm_normalize<S>(input, output, normalized_.data(), mean_high_.data(),
                                    mean_low_.data(), inverse_deviation_.data(), gamma_.data(),
                                    beta_.data());
  }

  /// Evaluation: normalizes every sample by the running statistics; changes nothing, so that
  /// threads may share the layer. Throws as forward(), but takes a single sample.
  void evaluate(const BatchInput<S>& input, BatchOutput<S> output) const {
    check(input, output, 1);
    detail::batch_norm_evaluate<S>(input, output, options_.epsilon, running_mean_.data(),
                                   running_variance_.data(), gamma_.data(), beta_.data());
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), through its mean and variance:
  ///
  ///     ∂L/∂β = Σ ∂L/∂y,   ∂L/∂γ = Σ ∂L/∂y·x̂   (both are set, not added to)
  ///     ∂L/∂x = γ/√(σ²+ε) · (∂L/∂y − mean(∂L/∂y) − x̂·mean(∂L/∂y·x̂))
  ///
  /// The two matrices may be the same. Throws std::invalid_argument, with nothing changed, if one
  /// has not the shape of that batch, or if there was none.
  void backward(const BatchInput<S>& output_gradient, BatchOutput<S> input_gradient) {
    require(samples_ > 0, "BatchNorm: backward() needs a forward() before it");
    detail::require_shape(output_gradient, features_, samples_, "BatchNorm", "output's gradient");
    detail::require_shape(input_gradient, features_, samples_, "BatchNorm", "input's gradient");
    detail::batch_norm_backward<S>(
        output_gradient, input_gradient, normalized_.data(), inverse_deviation_.data(),
        gamma_.data(), {first_sums_.data(), second_sums_.data(), gamma_gradient_.data(),
                        beta_gradient_.data(), scale_.data(), ...});
  }
};

}  // namespace eigentrain
