// SPDX-License-Identifier: MIT
// Layer normalization.
#pragma once

#include "eigentrain/layers/vector_norm.hpp"

namespace eigentrain {

/// The options of LayerNorm.
struct LayerNormOptions {
  double epsilon = 1e-5;  ///< added to the variance, in (0, ∞)
};

/// Layer normalization: every sample gets mean 0 and variance 1 over its features, then a factor
/// and a shift for each feature.
///
///     y = γ·x̂ + β,   x̂ = (x − μ)/√(σ² + ε),   μ, σ² of one sample, σ² the biased one
///
///     et::LayerNorm<float> norm(128);
///     norm.add_to(parameters, "norm");   // γ and β, without weight decay
///     norm.forward(x, y);                // training
///     norm.backward(dy, dx);             // sets the gradients of γ and β, and dx
///     norm.evaluate(x, y);               // the same y; const
///
///     ∂L/∂x = (g − mean(g) − x̂·mean(g·x̂))/√(σ² + ε),   g = γ·∂L/∂y
///
/// Of a matrix, features × samples, columns are normalized; of a tensor, the channels at every
/// place of every sample, as ConvNeXt does. For PyTorch's normalized_shape of several axes, pass
/// those axes as the rows of a Map; γ and β then have a value for each of them, in the order of
/// memory. See PerSample for the functions, Affine for γ and β.
///
/// Statistics are sums of distances from the first value: constant samples of 1e6 give β, where
/// PyTorch's float gives what is left of rounding. A NaN stays within its sample.
///
/// Ba, Kiros & Hinton, "Layer Normalization", 2016. As torch.nn.LayerNorm; Keras's ε is 1e-3, that
/// of Flax 1e-6.
template <class S>
class LayerNorm : public VectorNorm<S, true, LayerNorm<S>> {
 public:
  /// Its name in messages.
  static constexpr const char* name = "LayerNorm";
  /// Throws std::invalid_argument if features < 1 or epsilon is out of its range.
  template <std::same_as<LayerNormOptions> O = LayerNormOptions>
  explicit LayerNorm(Eigen::Index features, const O& options = {})
      : VectorNorm<S, true, LayerNorm<S>>(features, options.epsilon) {}
};

}  // namespace eigentrain
