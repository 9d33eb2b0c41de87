// SPDX-License-Identifier: MIT
// Kaiming He's weights: the variance survives ReLU.
#pragma once

#include "eigentrain/init/gain.hpp"
#include "eigentrain/init/variance_scaling.hpp"

namespace eigentrain {

/// What he_uniform, he_normal and he_truncated_normal can be told.
struct HeOptions {
  double gain = gains::relu;  ///< a factor on every weight, ≥ 0; see gains
  Fan fan = Fan::in;          ///< what keeps its variance
  Fans fans = {};             ///< if the shape doesn't tell them: of a flattened kernel
  Axes axes = {};  ///< of the channels, for a kernel with axes or a matrix that is in × out

  /// As a case of variance scaling.
  detail::WeightScale scale() const { return {gain, fan, fans, axes}; }
};

/// Draws the weights W, out × in, from U[−a, a) with
///
///     a = √3·gain / √fan
///
/// where fan is fan_in, or fan_out if the options say so, and the gain is √2, for ReLU, unless they
/// say otherwise. What W and `random` may be and the order of the elements: as uniform(); where the
/// fans come from: as variance_scaling(). Throws std::invalid_argument, with W and the generator
/// unchanged, if the gain is negative or not finite, and for fans and axes as variance_scaling().
///
///     et::he_uniform(W, random);
///     et::he_uniform(W, random, {.gain = et::gains::leaky_relu(0.2), .fan = et::Fan::out});
///     et::he_uniform(kernel, random, {.axes = {.out = 0, .in = 1}});  // out × in × H × W
///
/// He, Zhang, Ren, Sun: Delving deep into rectifiers (2015). As torch.nn.init.kaiming_uniform_ and
/// Keras' HeUniform. (torch.nn.Linear itself starts with a gain of √(1/3), not with ReLU's.)
template <class T, RandomSource Random>
void he_uniform(T&& W, Random& random, const HeOptions& options = {}) {
  detail::scaled_weights<Distribution::uniform, T>(W, random, options.scale(), "he_uniform");
}

/// Draws the weights W, out × in, from N(0, σ²) with
///
///     σ = gain / √fan
///
/// Arguments and exceptions as he_uniform. As torch.nn.init.kaiming_normal_; for Keras' HeNormal,
/// which is truncated, see below.
///
///     et::he_normal(W, random);
template <class T, RandomSource Random>
void he_normal(T&& W, Random& random, const HeOptions& options = {}) {
  detail::scaled_weights<Distribution::normal, T>(W, random, options.scale(), "he_normal");
}

/// As he_normal, with the same σ, from a normal distribution without what lies beyond ±2σ', where
/// σ' = σ / 0.87962566103423978: no weight is larger than 2.27σ. As Keras' HeNormal and
/// jax.nn.initializers.he_normal; PyTorch has none.
///
///     et::he_truncated_normal(W, random);
template <class T, RandomSource Random>
void he_truncated_normal(T&& W, Random& random, const HeOptions& options = {}) {
  detail::scaled_weights<Distribution::truncated_normal, T>(W, random, options.scale(),
                                                            "he_truncated_normal");
}

}  // namespace eigentrain
