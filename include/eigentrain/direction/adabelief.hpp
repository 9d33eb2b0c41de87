// SPDX-License-Identifier: MIT
// Belief in the gradient: the direction of AdaBelief.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of adabelief_direction().
struct AdaBeliefDirectionOptions {
  double beta1 = 0.9;      ///< decay of the mean, in [0, 1)
  double beta2 = 0.999;    ///< decay of the variance, in [0, 1)
  double epsilon = 1e-16;  ///< added to the variance in every step, and to its root, > 0
  bool rectify = false;    ///< warm up as RAdam does
};

namespace detail {

// u = m / (root·√s + margin).
struct BeliefFactors {
  double root, margin;
};

template <class = void>
EIGENTRAIN_NOINLINE BeliefFactors belief_factors(const AdaBeliefDirectionOptions& options,
                                                 const Step& step) {
  const Exact one = 1.0, two = 2.0, four = 4.0;
  const Exact power2 = step.power(options.beta2);
  const Exact m_correction = one - step.power(options.beta1), s_correction = one - power2;
  if (!options.rectify) {
    return {(m_correction / sqrt(s_correction))[0], (m_correction * options.epsilon)[0]};
  }
  // The length of the average that the variance is, and what it comes to in the end.
  const Exact end = two / (one - options.beta2) - one;
  const Exact length = end - two * static_cast<double>(step.count) * power2 / s_correction;
  if (length[0] < 5.0) return {0.0, m_correction[0]};
  const Exact shrink =
      (length - four) / (end - four) * ((length - two) / length) * (end / (end - two));
  const Exact scale = m_correction / sqrt(s_correction * shrink);
  return {scale[0], (scale * options.epsilon)[0]};
}

}  // namespace detail

/// The transform made by adabelief_direction().
class AdaBeliefDirection {
 public:
  static constexpr std::string_view state_name = "adabelief";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_var"};
  static constexpr int slots = 2;

  explicit AdaBeliefDirection(const AdaBeliefDirectionOptions& options) : options_(options) {
    constexpr const char* owner = "adabelief_direction";
    require_in(ranges::fraction_below_one, options.beta1, owner, "beta1");
    require_in(ranges::fraction_below_one, options.beta2, owner, "beta2");
    require_in(ranges::positive, options.epsilon, owner, "epsilon");
  }

  const AdaBeliefDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    const detail::BeliefFactors factors = detail::belief_factors(options_, step);
    return [b1 = S(options_.beta1), a1 = S(1.0 - options_.beta1), b2 = S(options_.beta2),
            a2 = S(1.0 - options_.beta2), epsilon = S(options_.epsilon), root = S(factors.root),
            margin = S(factors.margin)](const auto& g, const auto&, auto& m, auto& s) {
      m = flush_subnormal(b1 * m + a1 * g);
      const auto surprise = g - m;
      s = flush_subnormal(b2 * s + (a2 * surprise) * surprise + epsilon);
      return m / (root * sqrt(s) + margin);
    };
  }

 private:
  AdaBeliefDirectionOptions options_;
};

/// Adam with the variance of the gradient around its mean in place of its mean square: long steps
/// where the gradient is what the mean foretold, short ones where it isn't:
///
///     m ← β₁·m + (1 − β₁)·g                m̂ = m / (1 − β₁ᵗ)
///     s ← β₂·s + (1 − β₂)·(g − m)² + ε     ŝ = s / (1 − β₂ᵗ)       u = m̂ / (√ŝ + ε)
///
/// with the new m in (g − m)². ε is added to s itself in every step and stays in it, as in the
/// paper, so that s comes to no less than ε / (1 − β₂); ε = 1e-16 suits transformers, and the
/// authors advise 1e-8 where SGD beats Adam.
///
/// `rectify` is RAdam's warm-up: with ρ∞ = 2/(1 − β₂) − 1 and ρ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ), u = m̂
/// while ρ < 5, and then
///
///     u = m̂·√((1 − β₂ᵗ)·(ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)) / (√s + ε)
///
///     auto optimizer = et::chain<float>(et::adabelief_direction({}), et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. Zhuang et al., "AdaBelief optimizer:
/// adapting stepsizes by the belief in observed gradients", 2020. As the authors'
/// adabelief-pytorch, but for its default of rectify = True and its AMSGrad; optax.adabelief takes
/// the old m in (g − m)². PyTorch has none. A mean that has decayed into the subnormals becomes
/// zero.
inline AdaBeliefDirection adabelief_direction(const AdaBeliefDirectionOptions& options) {
  return AdaBeliefDirection(options);
}

}  // namespace eigentrain
