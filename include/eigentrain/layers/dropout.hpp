// SPDX-License-Identifier: MIT
// Dropout of single values.
#pragma once

#include "eigentrain/layers/columns.hpp"
#include "eigentrain/layers/dropout_mask.hpp"

namespace eigentrain {

struct DropoutOptions {
  double rate = 0.5;  ///< p, the probability that a value is dropped, in [0, 1]
};

/// Inverted dropout: in training, every value is set to 0 with probability p, and the others are
/// scaled by 1/(1 − p), so that means stay; in evaluation nothing happens.
///
///     y = x/(1 − p) where u ≥ p, else 0,   u uniform in [0, 1)
///
/// Batches are features × samples; the output may be the input itself.
///
///     et::Dropout<float> dropout({.rate = 0.2});
///     et::Generator random(42);
///     dropout.forward(x, y, random);   // training
///     dropout.backward(dy, dx);        // the same values, the same scale
///     dropout.evaluate(x, y);          // a copy
///
/// p = 0 is the identity, p = 1 gives zeros, for infinities too. The mask takes one bit a value and
/// memory that only grows: after the first batch, batches that are not larger allocate nothing.
/// It depends on the generator and the place in the batch alone: not on the registers, the number
/// of threads, or gaps between the columns. u has 31 bits.
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

  double rate() const { return rate_; }
  /// The rate from the next forward() on. Throws std::invalid_argument, with nothing changed,
  /// unless it is in [0, 1].
  void set_rate(double rate) {
    require_in(ranges::fraction, rate, "Dropout", "rate");
    rate_ = rate;
  }

  /// Training: draws a new mask and applies it. Takes four words of the generator for every four
  /// values, in whole groups of 64. Throws std::invalid_argument, with nothing changed, if the
  /// shapes differ.
  void forward(const BatchInput<S>& input, BatchOutput<S> output, Generator& random) {
    detail::require_shape(output, input.rows(), input.cols(), "Dropout", "output");
    mask_.draw(input.size(), rate_, random);
    scale_ = static_cast<S>(1.0 / (1.0 - rate_));
    rows_ = input.rows();
    cols_ = input.cols();
    mask_.template apply<S>(input, output, scale_);
  }

  /// Evaluation: copies the input. Changes nothing, so threads may share the layer. Throws as
  /// forward().
  void evaluate(const BatchInput<S>& input, BatchOutput<S> output) const {
    detail::require_shape(output, input.rows(), input.cols(), "Dropout", "output");
    if (output.data() != input.data()) output = input;
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), with its mask and its scale:
  ///
  ///     ∂L/∂x = ∂L/∂y/(1 − p) where x was kept, else 0
  ///
  /// The two may be the same matrix. Throws std::invalid_argument, with nothing changed, if one has
  /// not the shape of that batch, or if there was none.
  void backward(const BatchInput<S>& output_gradient, BatchOutput<S> input_gradient) const {
    require(rows_ >= 0, "Dropout: backward() needs a forward() before it");
    detail::require_shape(output_gradient, rows_, cols_, "Dropout", "output's gradient");
    detail::require_shape(input_gradient, rows_, cols_, "Dropout", "input's gradient");
    mask_.template apply<S>(output_gradient, input_gradient, scale_);
  }

 private:
  double rate_ = 0.0;
  detail::DropoutMask mask_;  // of the last forward(), as the next three
  S scale_ = 1;
  Eigen::Index rows_ = -1;
  Eigen::Index cols_ = -1;
};

}  // namespace eigentrain
