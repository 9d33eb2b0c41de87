// SPDX-License-Identifier: MIT
// What the layers have in common that normalize every sample by itself.
#pragma once

#include "eigentrain/layers/affine.hpp"
#include "eigentrain/layers/channel_sets.hpp"
#include "eigentrain/layers/kept_batch.hpp"

namespace eigentrain {

/// The functions of LayerNorm, RmsNorm, GroupNorm and InstanceNorm. Batches are matrices, features
/// × samples, or tensors whose channels lie along some axis (see channels()). After the first
/// batch, batches that are not larger allocate nothing.
template <class S, class Base, class Norm>
class PerSample : public Base {
 public:
  /// Training: y, and what backward() needs. The output may be the input itself. Throws
  /// std::invalid_argument, with nothing changed, if the input has not `features` rows (channels),
  /// too few values to normalize, or if the output has another shape.
  void forward(const BatchInput<S>& input, BatchOutput<S> output) {
    check(input, output);
    forward<detail::in_matrices>(detail::columns_of<const S>(input), detail::columns_of<S>(output));
  }
  /// The same for tensors: see channels().
  void forward(const Channels<const S>& input, const Channels<S>& output) {
    check(input, output);
    forward<detail::Walk::either>(input, output);
  }

  /// Evaluation: the same y, and nothing else: threads may share the layer. Throws as forward().
  void evaluate(const BatchInput<S>& input, BatchOutput<S> output) const {
    check(input, output);
    evaluate<detail::in_matrices>(detail::columns_of<const S>(input),
                                  detail::columns_of<S>(output));
  }
  /// The same for tensors: see channels().
  void evaluate(const Channels<const S>& input, const Channels<S>& output) const {
    check(input, output);
    evaluate<detail::Walk::either>(input, output);
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), through its statistics; sets the
  /// gradients of γ and β. The two batches may be the same memory. Throws std::invalid_argument,
  /// with nothing changed, if one has not the shape of that batch, or if there was none.
  void backward(const BatchInput<S>& output_gradient, BatchOutput<S> input_gradient) {
    backward<detail::in_matrices>(detail::columns_of<const S>(output_gradient),
                                  detail::columns_of<S>(input_gradient));
  }
  /// The same for tensors: see channels().
  void backward(const Channels<const S>& output_gradient, const Channels<S>& input_gradient) {
    backward<detail::Walk::either>(output_gradient, input_gradient);
  }

 protected:
  using Base::Base;

 private:
  Norm& norm() { return static_cast<Norm&>(*this); }
  const Norm& norm() const { return static_cast<const Norm&>(*this); }

  template <detail::Walk W>
  void forward(const Channels<const S>& input, const Channels<S>& output) {
    const auto scales = static_cast<std::size_t>(norm().scales(input));
    if (scale_.size() < scales) scale_.resize(scales);
    const auto normalized = kept_.prepare(input, output, Norm::name);
    norm().template train<W>(input, output, normalized, scale_.data());
  }
  template <detail::Walk W>
  void evaluate(const Channels<const S>& input, const Channels<S>& output) const {
    norm().template normalize<W>(input, output, output, nullptr);
  }
  template <detail::Walk W>
  void backward(const Channels<const S>& output_gradient, const Channels<S>& input_gradient) {
    kept_.require_gradients(output_gradient, input_gradient, Norm::name);
    norm().template differentiate<W>(output_gradient, input_gradient, kept_.values(Norm::name),
                                     scale_.data());
  }

  // Norms that learn from batches have one of their own.
  template <detail::Walk W>
  void train(const Channels<const S>& input, const Channels<S>& output,
             const Channels<S>& normalized, S* scales) {
    norm().template normalize<W>(input, output, normalized, scales);
  }

  void check(const BatchInput<S>& input, const BatchOutput<S>& output) const {
    detail::require_features(input, output, this->features(), Norm::name);
    norm().require_values(detail::columns_of<const S>(input));
  }
  void check(const Channels<const S>& input, const Channels<S>& output) const {
    detail::require_features(input, output, this->features(), Norm::name);
    norm().require_values(input);
  }

  detail::KeptBatch<S> kept_;  // x̂ of the last forward()
  detail::Buffer<S> scale_;    // and its scales
};

}  // namespace eigentrain
