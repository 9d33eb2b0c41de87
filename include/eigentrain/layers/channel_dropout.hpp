// SPDX-License-Identifier: MIT
// Dropout of whole channels.
#pragma once

#include "eigentrain/layers/whole_dropout.hpp"

namespace eigentrain {

/// The options of ChannelDropout.
struct ChannelDropoutOptions {
  double rate = 0.5;  ///< p, the probability that a channel is dropped, in [0, 1]
  /// Which axis counts the channels, from 0. A matrix has features × samples unless it is told.
  int channel_axis = NoAxis::automatic;
  /// Which axis counts the samples; NoAxis::none if the batch is a single sample, or if all samples
  /// are to lose the same channels.
  int sample_axis = NoAxis::automatic;
};

/// Channel dropout, also called spatial dropout or Dropout1d, 2d, 3d: in training, every channel of
/// every sample is set to 0 with probability p, all of it, and the others are scaled by 1/(1 − p).
/// The pixels of a picture are so alike that losing some of them loses nothing.
///
///     y[c, s, …] = x[c, s, …]/(1 − p) where u[c, s] ≥ p, else 0,   u uniform in [0, 1)
///
/// x and y are tensors (or matrices) of equal shape and storage order with axes for channels and
/// samples; all others are pixels. y may be x itself.
///
///     et::ChannelDropout<float> dropout({.rate = 0.1, .channel_axis = 0, .sample_axis = 3});
///     Eigen::Tensor<float, 4> x(32, 56, 56, 64), y(32, 56, 56, 64);  // C×H×W×N, as here
///     dropout.forward(x, y, random);
///     dropout.backward(dy, dx);
///
/// PyTorch's memory is `Eigen::Tensor<float, 4, Eigen::RowMajor>` of N×C×H×W, with `.channel_axis =
/// 1, .sample_axis = 0`, and gets the same mask: it depends on the generator, the channel and the
/// sample alone. One bit for each of those is kept, and memory only grows.
///
/// p = 0 is the identity in every bit, p = 1 gives zeros, for infinities too. In evaluation nothing
/// happens.
///
/// Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015. As
/// torch.nn.Dropout2d, whose axes are fixed; keras.layers.SpatialDropout2D.
template <class S>
class ChannelDropout {
 public:
  /// Throws std::invalid_argument unless the rate is in [0, 1].
  explicit ChannelDropout(const ChannelDropoutOptions& options = {})
      : options_(options), dropout_("ChannelDropout", options.rate) {}

  /// p, the share of channels that are dropped.
  double rate() const { return dropout_.rate(); }
  /// The rate from the next forward() on. Throws std::invalid_argument, with nothing changed,
  /// unless it is in [0, 1].
  void set_rate(double rate) { dropout_.set_rate(rate); }

  /// Training: draws a new mask and applies it. Takes 512 words of the generator for every begun
  /// 512 pairs of channel and sample. Throws std::invalid_argument, with nothing changed, if the
  /// shapes differ, an axis isn't there, or a tensor of rank 3 or more came without axes.
  template <class In, class Out>
  void forward(const In& input, Out&& output, Generator& random) {
    const detail::ActivationShape shape = dropout_.shape_of(input, output);
    int channel = options_.channel_axis, sample = options_.sample_axis;
    if (shape.rank == 2 && channel == NoAxis::automatic && sample == NoAxis::automatic) {
      channel = 0;
      sample = 1;
    }
    require(channel != NoAxis::automatic && sample != NoAxis::automatic,
            "ChannelDropout: this tensor does not say which axes are channels and samples; give "
            "both, as in {.channel_axis = 0, .sample_axis = 3}");
    dropout_.forward(shape, channel, sample, input, static_cast<Out&&>(output), random);
  }

  /// Evaluation: copies the input. Changes nothing, so threads may share the layer. Throws if the
  /// shapes differ.
  template <class In, class Out>
  void evaluate(const In& input, Out&& output) const {
    dropout_.evaluate(input, static_cast<Out&&>(output));
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), with its mask and its scale:
  ///
  ///     ∂L/∂x = ∂L/∂y/(1 − p) where x was kept, else 0
  ///
  /// The two may be the same. Throws std::invalid_argument, with nothing changed, if one has not
  /// the shape of that batch, or if there was none.
  template <class In, class Out>
  void backward(const In& output_gradient, Out&& input_gradient) const {
    dropout_.backward(output_gradient, static_cast<Out&&>(input_gradient));
  }

 private:
  ChannelDropoutOptions options_;
  detail::WholeDropout<S> dropout_;
};

}  // namespace eigentrain
