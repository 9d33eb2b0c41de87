// SPDX-License-Identifier: MIT
// Dropout by multiplication with normal noise.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/parallel.hpp"
#include "eigentrain/layers/activations.hpp"

namespace eigentrain {

namespace detail {

/// target[i] = source[i]·factor[i]
template <class S>
void multiply_activations(const S* source, const S* factor, S* target, Index size) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int N = Bytes / static_cast<int>(sizeof(S));
    Index i = 0;
    for (; size - i >= N; i += N) {
      (Packet<S, N>::load(source + i) * Packet<S, N>::load(factor + i)).store(target + i);
    }
    for (; i < size; ++i) {
      (Packet<S, 1>::load(source + i) * Packet<S, 1>::load(factor + i)).store(target + i);
    }
  });
}

}  // namespace detail

/// The options of GaussianDropout.
struct GaussianDropoutOptions {
  double rate = 0.5;  ///< p, in [0, 1): the noise has the variance p/(1 − p)
};

/// Gaussian dropout: in training, every value is multiplied by a normal number of mean 1 and of the
/// variance that Dropout's factors have; in evaluation nothing happens.
///
///     y = x·n,   n from N(1, p/(1 − p))
///
/// Arguments as for Dropout. The noise is not kept but drawn again in backward(), so the layer has
/// no memory and never allocates; value i gets what fill_normal gives value i.
///
///     et::GaussianDropout<float> dropout({.rate = 0.2});
///     dropout.forward(x, y, random);
///     dropout.backward(dy, dx);        // the same noise
///
/// p = 0 is the identity in every bit. p = 1 would take an infinite variance and is refused.
///
/// Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014,
/// section 10. As keras.layers.GaussianDropout; PyTorch has none.
template <class S>
class GaussianDropout {
 public:
  /// Throws std::invalid_argument unless the rate is in [0, 1).
  explicit GaussianDropout(const GaussianDropoutOptions& options = {}) { set_rate(options.rate); }

  /// p, of which the noise has the variance p/(1 − p).
  double rate() const { return rate_; }
  /// The rate from the next forward() on. Throws std::invalid_argument, with nothing changed,
  /// unless it is in [0, 1).
  void set_rate(double rate) {
    require_in(ranges::fraction_below_one, rate, "GaussianDropout", "rate");
    rate_ = rate;
  }

  /// The standard deviation of the noise at the rate in force, √(p/(1 − p)).
  double std() const { return sqrt(Exact(rate_) / (Exact(1.0) - Exact(rate_)))[0]; }

  /// Training: draws new noise and multiplies by it. Takes 64 words of the generator for every
  /// begun 64 floats or 32 doubles. Throws std::invalid_argument, with nothing changed, if the
  /// shapes differ.
  template <class In, class Out>
  void forward(const In& input, Out&& output, Generator& random) {
    const detail::ActivationShape shape = detail::activation_shape(output);
    detail::require_shape(shape, detail::activation_shape(input), "GaussianDropout", "output");
    const Index groups = (shape.size() + group - 1) / group;
    seed_ = random.seed();
    stream_ = random.stream();
    counter_ = random.take_counters(static_cast<std::uint64_t>(groups * philox_group_counters));
    draw_ = {S(1), static_cast<S>(std())};
    shape_ = shape;
    multiply(input, static_cast<Out&&>(output));
  }

  /// Evaluation: copies the input. Changes nothing, so threads may share the layer. Throws as
  /// forward().
  template <class In, class Out>
  void evaluate(const In& input, Out&& output) const {
    detail::evaluate_activations<S>(input, static_cast<Out&&>(output), "GaussianDropout");
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), ∂L/∂x = n·∂L/∂y. The two may be the
  /// same. Throws std::invalid_argument, with nothing changed, if one has not the shape of that
  /// batch, or if there was none.
  template <class In, class Out>
  void backward(const In& output_gradient, Out&& input_gradient) const {
    const detail::ActivationShape shape = detail::activation_shape(input_gradient);
    detail::require_backward(shape_, detail::activation_shape(output_gradient), shape,
                             "GaussianDropout");
    detail::require_order(shape_, shape, "GaussianDropout");
    multiply(output_gradient, static_cast<Out&&>(input_gradient));
  }

 private:
  static constexpr Index group = detail::fill_group<S>;

  template <class In, class Out>
  void multiply(const In& input, Out&& output) const {
    detail::pass_activations<S>(
        input, static_cast<Out&&>(output),
        [&](const Memory<const S>& source, const Memory<S>& target) {
          if (draw_.std == S(0)) return detail::copy_activations(source, target);
          const Index size = source.size(), most = 8;
          parallel_ranges((size + group - 1) / group, 16 * most, [&](Index begin, Index end) {
            S factors[8 * group];
            for (Index first = begin; first < end; first += most) {
              const Index groups = end - first < most ? end - first : most;
              const auto skipped = static_cast<std::uint64_t>(first * philox_group_counters);
              detail::draw_groups<S>(factors, groups, seed_, stream_, counter_ + skipped, draw_);
              const Index values = first * group, left = size - values;
              const Index count = groups * group < left ? groups * group : left;
              detail::for_runs(source, target, values, count,
                               [&](const S* from, S* to, Index at, Index length) {
                                 detail::multiply_activations(from, factors + at, to, length);
                               });
            }
          });
        });
  }

  double rate_ = 0.0;
  std::uint64_t seed_ = 0, stream_ = 0, counter_ = 0;  // of the last forward(), as the next two
  detail::NormalDraw<S> draw_{S(1), S(0)};
  detail::ActivationShape shape_;
};

}  // namespace eigentrain
