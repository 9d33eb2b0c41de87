// SPDX-License-Identifier: MIT
// Moments of the gradient and of its change: the direction of Adan.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of adan_direction().
struct AdanDirectionOptions {
  double beta1 = 0.98;    ///< decay of the mean gradient, in [0, 1)
  double beta2 = 0.92;    ///< decay of the mean change, in [0, 1)
  double beta3 = 0.99;    ///< decay of the mean square, in [0, 1)
  double epsilon = 1e-8;  ///< added to the root, > 0
};

/// The transform made by adan_direction().
class AdanDirection {
 public:
  static constexpr std::string_view state_name = "adan";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_diff", "exp_avg_sq",
                                                    "previous"};
  static constexpr int slots = 4;

  explicit AdanDirection(const AdanDirectionOptions& options) : options_(options) {
    constexpr const char* owner = "adan_direction";
    require_in(ranges::fraction_below_one, options.beta1, owner, "beta1");
    require_in(ranges::fraction_below_one, options.beta2, owner, "beta2");
    require_in(ranges::fraction_below_one, options.beta3, owner, "beta3");
    require_in(ranges::positive, options.epsilon, owner, "epsilon");
  }

  const AdanDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    const Exact one = 1.0;
    const Exact ahead = Exact(options_.beta2) / (one - step.power(options_.beta2));
    const Exact mean = one / (one - step.power(options_.beta1));
    const Exact root = one / sqrt(one - step.power(options_.beta3));
    const S later = step.count > 1 ? S(1) : S(0);  // the first gradient has changed from nothing
    return
        [b1 = S(options_.beta1), a1 = S(1.0 - options_.beta1), b2 = S(options_.beta2),
         a2 = S(1.0 - options_.beta2), b3 = S(options_.beta3), a3 = S(1.0 - options_.beta3),
         epsilon = S(options_.epsilon), mean = S(mean[0]), ahead = S(ahead[0]), root = S(root[0]),
         later](const auto& g, const auto&, auto& m, auto& v, auto& n, auto& previous) {
          const auto change = later * (g - previous);
          const auto looked = g + b2 * change;
          m = flush_subnormal(b1 * m + a1 * g);
          v = flush_subnormal(b2 * v + a2 * change);
          n = flush_subnormal(b3 * n + (a3 * looked) * looked);
          previous = g;
          return (mean * m + ahead * v) / (root * sqrt(n) + epsilon);
        };
  }

 private:
  AdanDirectionOptions options_;
};

/// Nesterov's look ahead without a second gradient, from the change of the gradient since the last
/// step, d = g − g₋₁ (0 in the first step):
///
///     m ← β₁·m + (1 − β₁)·g        v ← β₂·v + (1 − β₂)·d        n ← β₃·n + (1 − β₃)·(g + β₂·d)²
///     u = (m/(1 − β₁ᵗ) + β₂·v/(1 − β₂ᵗ)) / (√(n/(1 − β₃ᵗ)) + ε)
///
/// Takes four state values a parameter: m, v, n and the last gradient.
///
///     auto optimizer = et::chain<float>(et::adan_direction({}), et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. Xie, Zhou, Li, Lin & Yan, "Adan: adaptive
/// Nesterov momentum algorithm for faster optimizing deep models", 2022, whose β are 1 − these. As
/// the authors' PyTorch code, whose max_grad_norm is clip_by_global_norm(); optax.adan weighs the
/// change with 1 − β₂ where this has β₂, and PyTorch has none. Moments that have decayed into the
/// subnormals become zero.
inline AdanDirection adan_direction(const AdanDirectionOptions& options) {
  return AdanDirection(options);
}

}  // namespace eigentrain
