// SPDX-License-Identifier: MIT
// Adam with the largest gradient in place of a mean of squares: the direction of AdaMax.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of adamax_direction().
struct AdaMaxDirectionOptions {
  double beta1 = 0.9;               ///< decay of the mean, in [0, 1)
  double beta2 = 0.999;             ///< decay of the largest size, in [0, 1)
  double epsilon = 1e-8;            ///< added to the gradient's size, > 0
  bool epsilon_at_divisor = false;  ///< added to the largest size instead, when it divides
};

/// The transform made by adamax_direction().
class AdaMaxDirection {
 public:
  static constexpr std::string_view state_name = "adamax";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_inf"};
  static constexpr int slots = 2;

  explicit AdaMaxDirection(const AdaMaxDirectionOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.beta1, "adamax_direction", "beta1");
    require_in(ranges::fraction_below_one, options.beta2, "adamax_direction", "beta2");
    require_in(ranges::positive, options.epsilon, "adamax_direction", "epsilon");
  }

  const AdaMaxDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    const Exact correction = Exact(1.0) - step.power(options_.beta1);
    const double epsilon = options_.epsilon;
    const bool late = options_.epsilon_at_divisor;
    const Exact margin = correction * (late ? epsilon : 0.0);
    return [b1 = S(options_.beta1), a1 = S(1.0 - options_.beta1), b2 = S(options_.beta2),
            least = S(late ? 0.0 : epsilon), correction = S(correction[0]),
            margin = S(margin[0])](const auto& g, const auto&, auto& m, auto& largest) {
      m = flush_subnormal(b1 * m + a1 * g);
      largest = max(flush_subnormal(b2 * largest), abs(g) + least);
      return m / (correction * largest + margin);
    };
  }

 private:
  AdaMaxDirectionOptions options_;
};

/// The mean of past gradients over the largest of them, which is forgotten little by little:
///
///     m ← β₁·m + (1 − β₁)·g,   n ← max(β₂·n, |g| + ε),   u = m / (1 − β₁ᵗ) / n
///
/// t counts steps from 1 and is the same for all tensors. |u| is at most 1 where β₁ ≤ β₂.
///
///     auto optimizer = et::chain<float>(et::adamax_direction({}), et::descend(2e-3));
///
/// Throws std::invalid_argument for options out of range. Kingma & Ba, "Adam: a method for
/// stochastic optimization", 2015, section 7.1. As torch.optim.Adamax and Optax; Keras has ε = 1e-7
/// and `epsilon_at_divisor`: n ← max(β₂·n, |g|), u = m / (1 − β₁ᵗ) / (n + ε). Values that have
/// decayed into the subnormals become zero.
inline AdaMaxDirection adamax_direction(const AdaMaxDirectionOptions& options) {
  return AdaMaxDirection(options);
}

}  // namespace eigentrain
