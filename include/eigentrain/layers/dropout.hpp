// SPDX-License-Identifier: MIT
// Dropout of single values.
#pragma once

#include "eigentrain/layers/dropout_kernels.hpp"

namespace eigentrain {

/// The options of Dropout.
struct DropoutOptions {
  double rate = 0.5;  ///< p, the probability that a value is dropped, in [0, 1]
};

/// Inverted dropout: in training, every value is set to 0 with probability p, and the others are
/// scaled by 1/(1 − p), so that means stay; in evaluation nothing happens.
///
///     y = x/(1 − p) where u ≥ p, else 0,   u uniform in [0, 1)
///
/// x and y are matrices (features × samples, as everywhere) or tensors of equal shape and storage
/// order: Matrix, Array, Map, Ref, block, Eigen::Tensor, TensorMap. y may be x itself; it must not
/// overlap it in part.
///
///     et::Dropout<float> dropout({.rate = 0.2});
///     et::Generator random(42);
///     dropout.forward(x, y, random);   // training
///     dropout.backward(dy, dx);        // the same values, the same scale
///     dropout.evaluate(x, y);          // a copy
///
/// p = 0 is the identity in every bit, p = 1 gives zeros, for infinities too. The mask takes one
/// bit a value and memory that only grows: after the first batch, batches that are not larger
/// allocate nothing. It depends on the generator and the place in the batch, in storage order,
/// alone: not on the registers, the number of threads, or gaps between the columns. u has 32 bits.
///
/// A rate that follows a schedule is set before a batch: `dropout.set_rate(schedule(step))`.
///
/// Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014
/// (there, values are scaled in evaluation instead). As torch.nn.Dropout, with `rate` for its `p`,
/// except that training and evaluation are two functions instead of a mode, and randomness is
/// passed in.
template <class S>
class Dropout {
 public:
  /// Throws std::invalid_argument unless the rate is in [0, 1].
  explicit Dropout(const DropoutOptions& options = {}) { set_rate(options.rate); }

  /// p, the share of values that are dropped.
  double rate() const { return rate_; }
  /// The rate from the next forward() on. Throws std::invalid_argument, with nothing changed,
  /// unless it is in [0, 1].
  void set_rate(double rate) {
    require_in(ranges::fraction, rate, "Dropout", "rate");
    rate_ = rate;
  }

  /// Training: draws a new mask and applies it. Takes 512 words of the generator for every begun
  /// 512 values. Throws std::invalid_argument, with nothing changed, if the shapes differ.
  template <class In, class Out>
  void forward(const In& input, Out&& output, Generator& random) {
    const detail::ActivationShape shape = detail::activation_shape(output);
    detail::require_shape(shape, detail::activation_shape(input), "Dropout", "output");
    by_ = {.is_identity = rate_ == 0.0, .scale = static_cast<S>(1.0 / (1.0 - rate_))};
    shape_ = shape;
    detail::pass_activations<S>(input, static_cast<Out&&>(output),
                                [&](const Memory<const S>& source, const Memory<S>& target) {
                                  detail::draw_and_apply<false>(mask_, rate_, random, source,
                                                                target, by_);
                                });
  }

  /// Evaluation: copies the input. Changes nothing, so threads may share the layer. Throws as
  /// forward().
  template <class In, class Out>
  void evaluate(const In& input, Out&& output) const {
    detail::evaluate_activations<S>(input, static_cast<Out&&>(output), "Dropout");
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), with its mask and its scale:
  ///
  ///     ∂L/∂x = ∂L/∂y/(1 − p) where x was kept, else 0
  ///
  /// The two may be the same. Throws std::invalid_argument, with nothing changed, if one has not
  /// the shape (and the second the storage order) of that batch's, or if there was none.
  template <class In, class Out>
  void backward(const In& output_gradient, Out&& input_gradient) const {
    const detail::ActivationShape shape = detail::activation_shape(input_gradient);
    detail::require_backward(shape_, detail::activation_shape(output_gradient), shape, "Dropout");
    detail::require_order(shape_, shape, "Dropout");
    detail::pass_activations<S>(output_gradient, static_cast<Out&&>(input_gradient),
                                [&](const Memory<const S>& source, const Memory<S>& target) {
                                  detail::apply_mask<false>(mask_, source, target, by_);
                                });
  }

 private:
  double rate_ = 0.0;
  detail::DropoutMask mask_;  // of the last forward(), as the next two
  detail::KeepOrFill<S> by_;
  detail::ActivationShape shape_;
};

}  // namespace eigentrain
