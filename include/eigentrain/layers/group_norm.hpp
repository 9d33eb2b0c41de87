// SPDX-License-Identifier: MIT
// Group normalization of channels.
#pragma once

#include "eigentrain/layers/grouped_norm.hpp"

namespace eigentrain {

/// The options of GroupNorm.
struct GroupNormOptions {
  Eigen::Index groups = 1;  ///< of neighbouring channels; must divide their number
  double epsilon = 1e-5;    ///< added to the variance, in (0, ∞)
};

/// Group normalization: every group of channels of every sample gets mean 0 and variance 1, then a
/// factor and a shift for each channel.
///
///     y = γ·x̂ + β,   x̂ = (x − μ)/√(σ² + ε),   μ, σ² of one sample's group, σ² the biased one
///
///     et::GroupNorm<float> norm(64, {.groups = 32});
///     norm.add_to(parameters, "norm");   // γ and β, without weight decay
///     Eigen::Tensor<float, 4> x(64, 56, 56, 32);              // C×H×W×N
///     norm.forward(et::channels(x, 0), et::channels(y, 0));   // training
///     norm.backward(et::channels(dy, 0), et::channels(dx, 0));
///
///     ∂L/∂x = (g − mean(g) − x̂·mean(g·x̂))/√(σ² + ε),   g = γ·∂L/∂y
///
/// Statistics are sums of distances from the first value: constants give β, and a NaN stays within
/// its group. See PerSample for the functions, Affine for γ and β. Throws if a sample's group has
/// fewer than 2 values, as PyTorch.
///
/// Wu & He, "Group Normalization", 2018. As torch.nn.GroupNorm.
template <class S>
class GroupNorm : public GroupedNorm<S, GroupNorm<S>> {
 public:
  /// Its name in messages.
  static constexpr const char* name = "GroupNorm";
  /// Throws std::invalid_argument if features or groups < 1, the groups don't divide the features,
  /// or epsilon is out of its range.
  template <std::same_as<GroupNormOptions> O = GroupNormOptions>
  explicit GroupNorm(Eigen::Index features, const O& options = {})
      : GroupedNorm<S, GroupNorm<S>>(features, options.groups, options.epsilon) {}
};

}  // namespace eigentrain
