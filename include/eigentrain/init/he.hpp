// SPDX-License-Identifier: MIT
// Kaiming He's weights: the variance survives ReLU.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/init/fans.hpp"
#include "eigentrain/init/gain.hpp"
#include "eigentrain/init/target.hpp"

namespace eigentrain {

/// Which fan He's weights are scaled by: `in` keeps the variance of the activations, `out` that of
/// the gradients.
enum class Fan { in, out };

/// What he_uniform and he_normal can be told.
struct HeOptions {
  double gain = gains::relu;  ///< a factor on every weight, ≥ 0; see gains
  Fan fan = Fan::in;
  Fans fans = {};  ///< of a kernel; those of a matrix come from its shape
};

namespace detail {

/// gain / √fan, or 0 for a matrix without elements. Throws std::invalid_argument.
template <class T>
double he_std(const T& W, const HeOptions& options, std::string_view owner) {
  require_in(ranges::not_negative, options.gain, owner, "gain");
  const Fans fans = fans_or_shape(options.fans, W, owner);
  if (W.size() == 0) return 0.0;
  const Index fan = options.fan == Fan::in ? fans.in : fans.out;
  return (Exact(options.gain) / sqrt(Exact(static_cast<double>(fan))))[0];
}

}  // namespace detail

/// Draws the weights W, out × in, from U[−a, a) with
///
///     a = √3·gain / √fan
///
/// where fan is fan_in, or fan_out if the options say so, and the gain is √2, for ReLU, unless they
/// say otherwise. What W may be and the order of its elements: as uniform(). Throws
/// std::invalid_argument, with W and the generator unchanged, if the gain is negative or not
/// finite, if W is a vector or a tensor and no fans are given, or if a given fan is below 1.
///
///     et::he_uniform(W, random);
///     et::he_uniform(W, random, {.gain = et::gains::leaky_relu(0.2), .fan = et::Fan::out});
///
/// He, Zhang, Ren, Sun: Delving deep into rectifiers (2015). As torch.nn.init.kaiming_uniform_ and
/// Keras' HeUniform. (torch.nn.Linear itself starts with a gain of √(1/3), not with ReLU's.)
template <class T>
void he_uniform(T&& W, Generator& random, const HeOptions& options = {}) {
  const auto memory = detail::target_memory<T>(W);
  const double std = detail::he_std(W, options, "he_uniform");
  const double bound = (sqrt(Exact(3)) * Exact(std))[0];
  const auto draw = detail::uniform_draw<detail::TargetScalar<T>>(-bound, bound, "he_uniform");
  detail::fill(memory, random, draw);
}

/// Draws the weights W, out × in, from N(0, σ²) with
///
///     σ = gain / √fan
///
/// Arguments and exceptions as he_uniform. As torch.nn.init.kaiming_normal_; Keras' HeNormal is
/// truncated at two standard deviations, this isn't.
///
///     et::he_normal(W, random);
template <class T>
void he_normal(T&& W, Generator& random, const HeOptions& options = {}) {
  const auto memory = detail::target_memory<T>(W);
  const double std = detail::he_std(W, options, "he_normal");
  const auto draw = detail::normal_draw<detail::TargetScalar<T>>(0.0, std, "he_normal");
  detail::fill(memory, random, draw);
}

}  // namespace eigentrain
