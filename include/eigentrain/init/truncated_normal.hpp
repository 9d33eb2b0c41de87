// SPDX-License-Identifier: MIT
// Every element normal, but none outside two bounds.
#pragma once

#include "eigentrain/core/truncated_normal.hpp"
#include "eigentrain/init/target.hpp"

namespace eigentrain {

/// What truncated_normal can be told.
struct TruncatedNormalOptions {
  double mean = 0.0;             ///< of the normal distribution that is truncated
  double std = 1.0;              ///< ≥ 0
  double low = -2.0;             ///< no value is below; may be −∞
  double high = 2.0;             ///< no value is above; may be ∞
  StdOf std_of = StdOf::result;  ///< whose std it is: the values', or the normal distribution's
};

/// Draws every element of W from a normal distribution N(mean, σ²) without what lies outside
/// [low, high], by inverting its distribution function: for u uniform in (0, 1)
///
///     mean + σ·Φ⁻¹(Φ(a) + u·(Φ(b) − Φ(a)))   with a = (low − mean)/σ, b = (high − mean)/σ
///
/// So no value is outside, and none piles up on a bound.
///
/// Truncation takes variance away, so σ is chosen above `std`, such that the values have the
/// standard deviation that was asked for. With StdOf::parent, σ = std, and the values have less.
/// The bounds are absolute, not multiples of std. Bounds at equal distances from the mean make it
/// the values' mean too; else that lies towards the middle of the bounds. What W and `random` may
/// be and the order of the elements: as uniform().
///
/// Throws std::invalid_argument, with W and the generator unchanged, unless low ≤ high, std ≥ 0 and
/// mean and std are finite; or if no normal distribution has that std between these bounds, since
/// values spread evenly over them have (high − low) / √12; or if they are more than 10σ away from
/// the mean.
///
///     et::truncated_normal(W, random, {.std = 0.02, .low = -0.04, .high = 0.04});
///     et::truncated_normal(W, random, {.std_of = et::StdOf::parent});  // PyTorch's trunc_normal_
///
/// torch.nn.init.trunc_normal_ has these defaults with StdOf::parent. The bounds of Keras'
/// TruncatedNormal are at mean ± 2·std and those of jax.nn.initializers.truncated_normal multiples
/// of std, whose std is the parent's as well.
template <class T, RandomSource Random>
void truncated_normal(T&& W, Random& random, const TruncatedNormalOptions& options = {}) {
  constexpr const char* owner = "truncated_normal";
  const auto memory = detail::target_memory<T>(W);
  const auto& [mean, std, low, high, std_of] = options;
  const double parent =
      std_of == StdOf::parent ? std : detail::parent_std(mean, std, low, high, owner);
  detail::fill(
      memory, random,
      detail::truncated_normal_draw<detail::TargetScalar<T>>(mean, parent, low, high, owner));
}

}  // namespace eigentrain
