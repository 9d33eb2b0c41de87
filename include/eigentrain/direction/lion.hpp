// SPDX-License-Identifier: MIT
// The sign of an interpolation: the direction of Lion.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of lion_direction().
struct LionDirectionOptions {
  double beta1 = 0.9;   ///< weight of the mean in the direction, in [0, 1)
  double beta2 = 0.99;  ///< decay of the mean, in [0, 1)
};

/// The transform made by lion_direction().
class LionDirection {
 public:
  static constexpr std::string_view state_name = "lion";
  static constexpr std::string_view slot_names[] = {"exp_avg"};
  static constexpr int slots = 1;

  explicit LionDirection(const LionDirectionOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.beta1, "lion_direction", "beta1");
    require_in(ranges::fraction_below_one, options.beta2, "lion_direction", "beta2");
  }

  const LionDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step&) const {
    const S b1 = S(options_.beta1), a1 = S(1.0 - options_.beta1);
    const S b2 = S(options_.beta2), a2 = S(1.0 - options_.beta2);
    const auto products = [=](const auto& g, const auto&, auto& m) {
      const auto between = b1 * m + a1 * g;
      m = flush_subnormal(b2 * m + a2 * g);
      return sign(between);
    };
    // As torch.lerp does it, with two products less. What the difference with a far larger mean
    // loses of a gradient would be lost in the sum, too, unless the gradient has most of the
    // weight.
    const auto difference = [=](const auto& g, const auto&, auto& m) {
      const auto mean = detail::read_once(m);
      const auto to_g = g - mean;
      const auto between = mean + a1 * to_g;
      m = flush_subnormal(mean + a2 * to_g);
      return sign(between);
    };
    return either(options_.beta1 >= 0.5 && options_.beta2 >= 0.5, difference, products);
  }

 private:
  LionDirectionOptions options_;
};

/// The sign of the gradient mixed with a mean of the past ones, which forgets more slowly than the
/// mixture would:
///
///     u = sign(β₁·m + (1 − β₁)·g),   then   m ← β₂·m + (1 − β₂)·g;   sign(0) = 0
///
/// One state value a parameter, half of Adam's. Every element moves by the learning rate, so that
/// the rate should be 3 to 10 times smaller than Adam's, and the decay that much larger.
///
///     auto optimizer = et::chain<float>(et::lion_direction({}), et::decay_weights(0.1),
///                                       et::descend(1e-4));
///
/// Throws std::invalid_argument for options out of range. Chen et al., "Symbolic discovery of
/// optimization algorithms", 2023. As the authors' code and optax.lion; PyTorch has none. A mean
/// that has decayed into the subnormals becomes zero, and its element rests.
inline LionDirection lion_direction(const LionDirectionOptions& options) {
  return LionDirection(options);
}

}  // namespace eigentrain
