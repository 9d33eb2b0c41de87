// SPDX-License-Identifier: MIT
// Weights whose variance is a number over their fan: what Xavier, He and LeCun have in common.
#pragma once

#include "eigentrain/core/truncated_normal.hpp"
#include "eigentrain/init/fans.hpp"
#include "eigentrain/init/target.hpp"

namespace eigentrain {

/// How weights of a standard deviation σ are spread: uniform on [−√3·σ, √3·σ); normal; or normal
/// without what lies beyond ±2σ', where σ' = σ / 0.87962566103423978, so that σ is the deviation of
/// what is left.
enum class Distribution { uniform, normal, truncated_normal };

/// What variance_scaling can be told.
struct VarianceScalingOptions {
  double scale = 1.0;                                          ///< the variance times the fan, ≥ 0
  Fan fan = Fan::in;                                           ///< what the variance is divided by
  Distribution distribution = Distribution::truncated_normal;  ///< what is drawn
  Fans fans = {};  ///< if the shape doesn't tell them: of a flattened kernel
  Axes axes = {};  ///< of the channels, for a kernel with axes or a matrix that is in × out
};

namespace detail {

/// How weights are scaled, by any of the names for it.
struct WeightScale {
  double gain;
  Fan fan;
  Fans fans;
  Axes axes;
};

/// σ = gain / √n, where n is fan_in, fan_out or their mean; 0 if n is.
EIGENTRAIN_NOINLINE inline double scaled_std(const WeightScale& scale, const Extents& extents,
                                             const char* owner) {
  require_in(ranges::not_negative, scale.gain, owner, "gain");
  const Fans fans = fans_or_shape(scale.fans, scale.axes, extents, owner);
  const Exact in(static_cast<double>(fans.in)), out(static_cast<double>(fans.out));
  const auto is = [&](Fan fan) { return scale.fan == fan; };
  require(is(Fan::in) || is(Fan::out) || is(Fan::average), owner,
          ": fan must be in, out or average, got ", static_cast<int>(scale.fan));
  const Exact n = is(Fan::in) ? in : is(Fan::out) ? out : (in + out) * Exact(0.5);
  return n[0] > 0.0 ? (Exact(scale.gain) / sqrt(n))[0] : 0.0;
}

template <Distribution distribution, class T, RandomSource Random>
void scaled_weights(std::remove_reference_t<T>& W, Random& random, const WeightScale& scale,
                    const char* owner) {
  using S = TargetScalar<T>;
  const auto memory = target_memory<T>(W);
  const double std = scaled_std(scale, extents(W), owner);
  if constexpr (distribution == Distribution::uniform) {
    const double bound = (sqrt(Exact(3)) * Exact(std))[0];
    fill(memory, random, uniform_draw<S>(-bound, bound, owner));
  } else if constexpr (distribution == Distribution::normal) {
    fill(memory, random, normal_draw<S>(0.0, std, owner));
  } else {
    const double parent = (Exact(std) / Exact(0.87962566103423978))[0];
    fill(memory, random, truncated_normal_draw<S>(0.0, parent, -2 * parent, 2 * parent, owner));
  }
}

}  // namespace detail

/// Draws the weights W with mean 0 and
///
///     σ = √(scale / n)
///
/// where n is fan_in, fan_out or (fan_in + fan_out) / 2. The others are this one with
///
///     xavier_…   scale gain², Fan::average
///     he_…       scale gain² (2 for ReLU), Fan::in or Fan::out
///     lecun_…    scale gain² (1), Fan::in
///
/// The fans: of a matrix, which is out × in, from its shape; of an Eigen::Tensor or TensorMap along
/// the axes that count its channels; of a flattened kernel as given. What W and `random` may be and
/// the order of the elements: as uniform().
///
/// Throws std::invalid_argument, with W and the generator unchanged, if the scale is negative or
/// not finite; if W is a vector, or a tensor that hasn't two axes, and neither fans nor axes are
/// given; if a given fan is below 1; if axes are missing, equal or not W's; or if both are given.
///
///     et::variance_scaling(W, random, {.scale = 2.0, .distribution = et::Distribution::uniform});
///     et::variance_scaling(kernel, random, {.axes = {.out = 3, .in = 2}});  // H × W × in × out
///
/// As tf.keras.initializers.VarianceScaling, with its defaults (whose "normal" is a truncated one
/// too), and jax.nn.initializers.variance_scaling; but matrices are out × in, and no axes of a
/// kernel are taken for granted.
template <class T, RandomSource Random>
void variance_scaling(T&& W, Random& random, const VarianceScalingOptions& options = {}) {
  constexpr const char* owner = "variance_scaling";
  require_in(ranges::not_negative, options.scale, owner, "scale");
  const detail::WeightScale scale{sqrt(Exact(options.scale))[0], options.fan, options.fans,
                                  options.axes};
  switch (options.distribution) {
    case Distribution::uniform:
      return detail::scaled_weights<Distribution::uniform, T>(W, random, scale, owner);
    case Distribution::normal:
      return detail::scaled_weights<Distribution::normal, T>(W, random, scale, owner);
    case Distribution::truncated_normal:
      return detail::scaled_weights<Distribution::truncated_normal, T>(W, random, scale, owner);
  }
  require(false, owner, ": distribution must be uniform, normal or truncated_normal, got ",
          static_cast<int>(options.distribution));
}

}  // namespace eigentrain
