// SPDX-License-Identifier: MIT
// Xavier Glorot's weights: the variance neither grows nor fades, forwards and backwards.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/init/fans.hpp"
#include "eigentrain/init/gain.hpp"
#include "eigentrain/init/target.hpp"

namespace eigentrain {

/// What xavier_uniform and xavier_normal can be told.
struct XavierOptions {
  double gain = gains::linear;  ///< a factor on every weight, ≥ 0; see gains
  Fans fans = {};               ///< of a kernel; those of a matrix come from its shape
};

namespace detail {

/// gain·√(2 / (in + out)), or 0 for a matrix without elements. Throws std::invalid_argument.
template <class T>
double xavier_std(const T& W, const XavierOptions& options, std::string_view owner) {
  require_in(ranges::not_negative, options.gain, owner, "gain");
  const Fans fans = fans_or_shape(options.fans, W, owner);
  if (W.size() == 0) return 0.0;
  const Exact both = Exact(static_cast<double>(fans.in)) + Exact(static_cast<double>(fans.out));
  return (Exact(options.gain) * sqrt(Exact(2) / both))[0];
}

}  // namespace detail

/// Draws the weights W, out × in, from U[−a, a) with
///
///     a = gain·√(6 / (fan_in + fan_out))
///
/// What W may be and the order of its elements: as uniform(). Throws std::invalid_argument, with W
/// and the generator unchanged, if the gain is negative or not finite, if W is a vector or a tensor
/// and no fans are given, or if a given fan is below 1.
///
///     et::xavier_uniform(W, random);
///     et::xavier_uniform(W, random, {.gain = et::gains::tanh});
///
/// Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks
/// (2010). As torch.nn.init.xavier_uniform_ and Keras' GlorotUniform; weights are out × in as in
/// PyTorch.
template <class T>
void xavier_uniform(T&& W, Generator& random, const XavierOptions& options = {}) {
  const auto memory = detail::target_memory<T>(W);
  const double std = detail::xavier_std(W, options, "xavier_uniform");
  const double bound = (sqrt(Exact(3)) * Exact(std))[0];
  const auto draw = detail::uniform_draw<detail::TargetScalar<T>>(-bound, bound, "xavier_uniform");
  detail::fill(memory, random, draw);
}

/// Draws the weights W, out × in, from N(0, σ²) with
///
///     σ = gain·√(2 / (fan_in + fan_out))
///
/// Arguments and exceptions as xavier_uniform. As torch.nn.init.xavier_normal_; Keras' GlorotNormal
/// is truncated at two standard deviations, this isn't.
///
///     et::xavier_normal(W, random);
template <class T>
void xavier_normal(T&& W, Generator& random, const XavierOptions& options = {}) {
  const auto memory = detail::target_memory<T>(W);
  const double std = detail::xavier_std(W, options, "xavier_normal");
  const auto draw = detail::normal_draw<detail::TargetScalar<T>>(0.0, std, "xavier_normal");
  detail::fill(memory, random, draw);
}

}  // namespace eigentrain
