// SPDX-License-Identifier: MIT
// Dropout for networks with SELU.
#pragma once

#include "eigentrain/layers/dropout_kernels.hpp"

namespace eigentrain {

/// The options of AlphaDropout.
struct AlphaDropoutOptions {
  double rate = 0.5;  ///< p, the probability that a value is dropped, in [0, 1]
};

/// Alpha dropout: a dropped value becomes what SELU tends to for large negative arguments,
/// α' = −λα = −1.7580993408473766, and all are scaled and shifted so that values of mean 0 and
/// variance 1 keep both.
///
///     y = a·x + b where u ≥ p, else a·α' + b
///     a = 1/√((1 − p)(1 + p·α'²)),   b = −a·p·α',   u uniform in [0, 1)
///
/// In evaluation nothing happens. Arguments, masks, memory and randomness as for Dropout, whose
/// mask it draws from the same generator.
///
///     et::AlphaDropout<float> dropout({.rate = 0.1});
///     dropout.forward(x, y, random);
///     dropout.backward(dy, dx);
///
/// p = 0 is the identity in every bit. As p goes to 1, every y goes to 0: p = 1 gives zeros, for
/// infinities too (torch.nn.AlphaDropout, which this otherwise is, has NaN for those).
///
/// Klambauer et al., "Self-Normalizing Neural Networks", 2017.
template <class S>
class AlphaDropout {
 public:
  /// α' = −λα of SELU, with α = 1.6732632423543772 and λ = 1.0507009873554805.
  static constexpr double dropped_value = -1.7580993408473766;

  /// Throws std::invalid_argument unless the rate is in [0, 1].
  explicit AlphaDropout(const AlphaDropoutOptions& options = {}) { set_rate(options.rate); }

  /// p, the share of values that are dropped.
  double rate() const { return rate_; }
  /// The rate from the next forward() on. Throws std::invalid_argument, with nothing changed,
  /// unless it is in [0, 1].
  void set_rate(double rate) {
    require_in(ranges::fraction, rate, "AlphaDropout", "rate");
    rate_ = rate;
  }

  /// a of the rate in force; 0 for p = 1, where its limit is infinite.
  double scale() const { return rate_ == 1.0 ? 0.0 : exact_scale()[0]; }
  /// b of the rate in force; 0 for p = 1.
  double shift() const { return rate_ == 1.0 ? 0.0 : exact_shift()[0]; }

  /// Training: draws a new mask and applies it. Takes 512 words of the generator for every begun
  /// 512 values. Throws std::invalid_argument, with nothing changed, if the shapes differ.
  template <class In, class Out>
  void forward(const In& input, Out&& output, Generator& random) {
    const detail::ActivationShape shape = detail::activation_shape(output);
    detail::require_shape(shape, detail::activation_shape(input), "AlphaDropout", "output");
    by_ = {.is_identity = rate_ == 0.0,
           .scale = static_cast<S>(scale()),
           .shift = static_cast<S>(shift())};
    // a·α' + b = a·α'·(1 − p), without the difference of what grows beyond all bounds.
    const Exact dropped = Exact(scale()) * Exact(dropped_value) * (Exact(1.0) - Exact(rate_));
    by_.filler = rate_ == 1.0 ? S(0) : static_cast<S>(dropped[0]);
    shape_ = shape;
    detail::pass_activations<S>(input, static_cast<Out&&>(output),
                                [&](const Memory<const S>& source, const Memory<S>& target) {
                                  detail::draw_and_apply<true>(mask_, rate_, random, source, target,
                                                               by_);
                                });
  }

  /// Evaluation: copies the input. Changes nothing, so threads may share the layer. Throws as
  /// forward().
  template <class In, class Out>
  void evaluate(const In& input, Out&& output) const {
    detail::evaluate_activations<S>(input, static_cast<Out&&>(output), "AlphaDropout");
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), with its mask and its scale:
  ///
  ///     ∂L/∂x = a·∂L/∂y where x was kept, else 0
  ///
  /// The two may be the same. Throws std::invalid_argument, with nothing changed, if one has not
  /// the shape (and the second the storage order) of that batch's, or if there was none.
  template <class In, class Out>
  void backward(const In& output_gradient, Out&& input_gradient) const {
    const detail::ActivationShape shape = detail::activation_shape(input_gradient);
    detail::require_backward(shape_, detail::activation_shape(output_gradient), shape,
                             "AlphaDropout");
    detail::require_order(shape_, shape, "AlphaDropout");
    detail::pass_activations<S>(output_gradient, static_cast<Out&&>(input_gradient),
                                [&](const Memory<const S>& source, const Memory<S>& target) {
                                  detail::apply_mask<false>(mask_, source, target, by_);
                                });
  }

 private:
  Exact exact_scale() const {
    const Exact p(rate_), alpha(dropped_value);
    return Exact(1.0) / sqrt((Exact(1.0) - p) * (Exact(1.0) + p * alpha * alpha));
  }
  Exact exact_shift() const { return -(exact_scale() * Exact(rate_) * Exact(dropped_value)); }

  double rate_ = 0.0;
  detail::DropoutMask mask_;  // of the last forward(), as the next two
  detail::KeepOrFill<S> by_;
  detail::ActivationShape shape_;
};

}  // namespace eigentrain
