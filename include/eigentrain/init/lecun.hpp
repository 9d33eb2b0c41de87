// SPDX-License-Identifier: MIT
// Yann LeCun's weights: a unit's sum has the variance of its inputs.
#pragma once

#include "eigentrain/init/gain.hpp"
#include "eigentrain/init/variance_scaling.hpp"

namespace eigentrain {

/// What lecun_uniform, lecun_normal and lecun_truncated_normal can be told.
struct LecunOptions {
  double gain = gains::linear;  ///< a factor on every weight, ≥ 0; see gains
  Fans fans = {};               ///< if the shape doesn't tell them: of a flattened kernel
  Axes axes = {};  ///< of the channels, for a kernel with axes or a matrix that is in × out

  /// As a case of variance scaling.
  detail::WeightScale scale() const { return {gain, Fan::in, fans, axes}; }
};

/// Draws the weights W, out × in, from U[−a, a) with
///
///     a = √3·gain / √fan_in
///
/// where the gain is 1 unless the options say otherwise: the start of self-normalizing (SELU)
/// networks. What W and `random` may be and the order of the elements: as uniform(); where the fans
/// come from: as variance_scaling(). Throws std::invalid_argument, with W and the generator
/// unchanged, if the gain is negative or not finite, and for fans and axes as variance_scaling().
///
///     et::lecun_uniform(W, random);
///
/// LeCun, Bottou, Orr, Müller: Efficient backprop (1998); Klambauer, Unterthiner, Mayr, Hochreiter:
/// Self-normalizing neural networks (2017). As Keras' LecunUniform and
/// jax.nn.initializers.lecun_uniform; PyTorch's is torch.nn.init.kaiming_uniform_ with a gain of 1.
template <class T, RandomSource Random>
void lecun_uniform(T&& W, Random& random, const LecunOptions& options = {}) {
  detail::scaled_weights<Distribution::uniform, T>(W, random, options.scale(), "lecun_uniform");
}

/// Draws the weights W, out × in, from N(0, σ²) with
///
///     σ = gain / √fan_in
///
/// Arguments and exceptions as lecun_uniform. For Keras' LecunNormal, which is truncated, see
/// below.
///
///     et::lecun_normal(W, random);
template <class T, RandomSource Random>
void lecun_normal(T&& W, Random& random, const LecunOptions& options = {}) {
  detail::scaled_weights<Distribution::normal, T>(W, random, options.scale(), "lecun_normal");
}

/// As lecun_normal, with the same σ, from a normal distribution without what lies beyond ±2σ',
/// where σ' = σ / 0.87962566103423978: no weight is larger than 2.27σ. As Keras' LecunNormal and
/// jax.nn.initializers.lecun_normal.
///
///     et::lecun_truncated_normal(W, random);
template <class T, RandomSource Random>
void lecun_truncated_normal(T&& W, Random& random, const LecunOptions& options = {}) {
  detail::scaled_weights<Distribution::truncated_normal, T>(W, random, options.scale(),
                                                            "lecun_truncated_normal");
}

}  // namespace eigentrain
