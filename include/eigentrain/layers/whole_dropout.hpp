// SPDX-License-Identifier: MIT
// What dropout of channels and dropout of samples have in common.
#pragma once

#include "eigentrain/layers/channel_mask.hpp"

namespace eigentrain::detail {

/// Dropout in which all values of a channel, of a sample or of both share one bit of the mask.
template <class S>
class WholeDropout {
 public:
  WholeDropout(const char* name, double rate) : name_(name) { set_rate(rate); }

  double rate() const { return rate_; }
  void set_rate(double rate) {
    require_in(ranges::fraction, rate, name_, "rate");
    rate_ = rate;
  }

  /// The shape of both, which must be the same.
  template <class In, class Out>
  ActivationShape shape_of(const In& input, const Out& output) const {
    const ActivationShape shape = activation_shape(output);
    require_shape(shape, activation_shape(input), name_, "output");
    return shape;
  }

  /// Draws a mask with a bit for each pair of places on the two axes, and applies it.
  template <class In, class Out>
  void forward(const ActivationShape& shape, int channel, int sample, const In& input, Out&& output,
               Generator& random) {
    ChannelMask::check_axes(shape, channel, sample, name_);
    mask_.draw(shape, channel, sample, rate_, random);
    shape_ = shape;
    apply(input, static_cast<Out&&>(output));
  }

  template <class In, class Out>
  void evaluate(const In& input, Out&& output) const {
    evaluate_activations<S>(input, static_cast<Out&&>(output), name_);
  }

  template <class In, class Out>
  void backward(const In& output_gradient, Out&& input_gradient) const {
    require_backward(shape_, activation_shape(output_gradient), activation_shape(input_gradient),
                     name_);
    apply(output_gradient, static_cast<Out&&>(input_gradient));
  }

 private:
  template <class In, class Out>
  void apply(const In& input, Out&& output) const {
    const ActivationShape shape = activation_shape(output);
    pass_activations<S>(input, static_cast<Out&&>(output),
                        [&](const Memory<const S>& source, const Memory<S>& target) {
                          mask_.apply(source, target, shape);
                        });
  }

  const char* name_;  // of the layer, for messages
  double rate_ = 0.0;
  ChannelMask mask_;  // of the last forward(), as the next
  ActivationShape shape_;
};

}  // namespace eigentrain::detail
