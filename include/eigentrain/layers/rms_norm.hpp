// SPDX-License-Identifier: MIT
// Normalization by the root mean square.
#pragma once

#include "eigentrain/layers/vector_norm.hpp"

namespace eigentrain {

/// The options of RmsNorm.
struct RmsNormOptions {
  double epsilon = 1e-6;  ///< added to the mean square, in (0, ∞)
};

/// Layer normalization without the mean: every sample is divided by the root mean square of its
/// features, then multiplied by a factor for each feature.
///
///     y = γ·x̂,   x̂ = x/√(mean(x²) + ε)
///     ∂L/∂x = (g − x̂·mean(g·x̂))/√(mean(x²) + ε),   g = γ·∂L/∂y
///
///     et::RmsNorm<float> norm(128);
///     norm.add_to(parameters, "norm");   // γ, without weight decay
///     norm.forward(x, y);
///     norm.backward(dy, dx);
///
/// Batches are as LayerNorm's. See PerSample for the functions, Scale for γ.
///
/// Zhang & Sennrich, "Root Mean Square Layer Normalization", 2019. As torch.nn.RMSNorm (PyTorch
/// from 2.4 on) with eps = 1e-6, the usual value in language models; there the default is the
/// scalar type's machine epsilon, 1.2e-7 or 2.2e-16. Adds ε under the root, as all of these do; the
/// paper has none.
template <class S>
class RmsNorm : public VectorNorm<S, false, RmsNorm<S>> {
 public:
  /// Its name in messages.
  static constexpr const char* name = "RmsNorm";
  /// Throws std::invalid_argument if features < 1 or epsilon is out of its range.
  template <std::same_as<RmsNormOptions> O = RmsNormOptions>
  explicit RmsNorm(Eigen::Index features, const O& options = {})
      : VectorNorm<S, false, RmsNorm<S>>(features, options.epsilon) {}
};

}  // namespace eigentrain
