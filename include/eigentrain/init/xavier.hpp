// SPDX-License-Identifier: MIT
// Xavier Glorot's weights: the variance neither grows nor fades, forwards and backwards.
#pragma once

#include "eigentrain/init/gain.hpp"
#include "eigentrain/init/variance_scaling.hpp"

namespace eigentrain {

/// What xavier_uniform, xavier_normal and xavier_truncated_normal can be told.
struct XavierOptions {
  double gain = gains::linear;  ///< a factor on every weight, ≥ 0; see gains
  Fans fans = {};               ///< if the shape doesn't tell them: of a flattened kernel
  Axes axes = {};  ///< of the channels, for a kernel with axes or a matrix that is in × out

  /// As a case of variance scaling.
  detail::WeightScale scale() const { return {gain, Fan::average, fans, axes}; }
};

/// Draws the weights W, out × in, from U[−a, a) with
///
///     a = gain·√(6 / (fan_in + fan_out))
///
/// What W and `random` may be and the order of the elements: as uniform(); where the fans come
/// from: as variance_scaling(). Throws std::invalid_argument, with W and the generator unchanged,
/// if the gain is negative or not finite, and for fans and axes as variance_scaling().
///
///     et::xavier_uniform(W, random);
///     et::xavier_uniform(W, random, {.gain = et::gains::tanh});
///
/// Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks
/// (2010). As torch.nn.init.xavier_uniform_ and Keras' GlorotUniform; weights are out × in as in
/// PyTorch.
template <class T, RandomSource Random>
void xavier_uniform(T&& W, Random& random, const XavierOptions& options = {}) {
  detail::scaled_weights<Distribution::uniform, T>(W, random, options.scale(), "xavier_uniform");
}

/// Draws the weights W, out × in, from N(0, σ²) with
///
///     σ = gain·√(2 / (fan_in + fan_out))
///
/// Arguments and exceptions as xavier_uniform. As torch.nn.init.xavier_normal_; for Keras'
/// GlorotNormal, which is truncated, see below.
///
///     et::xavier_normal(W, random);
template <class T, RandomSource Random>
void xavier_normal(T&& W, Random& random, const XavierOptions& options = {}) {
  detail::scaled_weights<Distribution::normal, T>(W, random, options.scale(), "xavier_normal");
}

/// As xavier_normal, with the same σ, from a normal distribution without what lies beyond ±2σ',
/// where σ' = σ / 0.87962566103423978: no weight is larger than 2.27σ. As Keras' GlorotNormal and
/// jax.nn.initializers.glorot_normal; PyTorch has none.
///
///     et::xavier_truncated_normal(kernel, random, {.axes = {.out = 3, .in = 2}});
template <class T, RandomSource Random>
void xavier_truncated_normal(T&& W, Random& random, const XavierOptions& options = {}) {
  detail::scaled_weights<Distribution::truncated_normal, T>(W, random, options.scale(),
                                                            "xavier_truncated_normal");
}

}  // namespace eigentrain
