// SPDX-License-Identifier: MIT
// Adaptive moments: the direction of Adam and AdamW.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of adam_direction().
struct AdamDirectionOptions {
  double beta1 = 0.9;           ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;         ///< decay of the second moment, in [0, 1)
  double epsilon = 1e-8;        ///< added to the root, > 0
  bool epsilon_hat = false;     ///< ε is added to the uncorrected root √v, not to √v̂
  bool bias_correction = true;  ///< false: m and v in the place of m̂ and v̂
};

namespace detail {

/// (g, m, v) ↦ both moments with g taken in.
template <class S>
auto adam_moments(const AdamDirectionOptions& options) {
  return [b1 = S(options.beta1), a1 = S(1.0 - options.beta1), b2 = S(options.beta2),
          a2 = S(1.0 - options.beta2)](const auto& g, auto& m, auto& v) EIGENTRAIN_INLINE_LAMBDA {
    m = flush_subnormal(b1 * m + a1 * g);
    v = flush_subnormal(b2 * v + (a2 * g) * g);  // g·g alone would overflow at 1.8e19 in float
  };
}

// What belongs to the step, formed in double: m̂ / (√v̂ + ε), with above and below times the first
// correction, is m / (root·√v + margin), which is one product less an element.
template <class S>
struct AdamScalars {
  S root, margin;
};
template <class S>
EIGENTRAIN_NOINLINE AdamScalars<S> adam_scalars(const AdamDirectionOptions& options,
                                                const Step& step, bool corrected) {
  const Exact one = 1.0;
  if (!options.bias_correction) return {S(1), S(options.epsilon)};
  const Exact m_correction = one - step.power(options.beta1);
  Exact root = m_correction;
  if (!corrected) root /= sqrt(one - step.power(options.beta2));
  const Exact margin = (options.epsilon_hat ? root : m_correction) * options.epsilon;
  return {S(root[0]), S(margin[0])};
}

/// (m, v) ↦ m̂ / (√v̂ + ε). If `corrected`, it is v̂ that comes in the place of v.
template <class S>
auto adam_quotient(const AdamDirectionOptions& options, const Step& step, bool corrected = false) {
  return [s = adam_scalars<S>(options, step, corrected)](const auto& m, const auto& v)
             EIGENTRAIN_INLINE_LAMBDA { return m / (s.root * sqrt(v) + s.margin); };
}

/// Adam's options out of those of an optimizer that has them too.
template <class Options>
AdamDirectionOptions adam_direction_options(const Options& options) {
  return {.beta1 = options.beta1,
          .beta2 = options.beta2,
          .epsilon = options.epsilon,
          .epsilon_hat = options.epsilon_hat,
          .bias_correction = options.bias_correction};
}

inline void check_adam(const AdamDirectionOptions& options, const char* owner) {
  require_in(ranges::fraction_below_one, options.beta1, owner, "beta1");
  require_in(ranges::fraction_below_one, options.beta2, owner, "beta2");
  require_in(ranges::positive, options.epsilon, owner, "epsilon");
}

}  // namespace detail

/// The transform made by adam_direction().
class AdamDirection {
 public:
  static constexpr std::string_view state_name = "adam";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_sq"};
  static constexpr int slots = 2;

  explicit AdamDirection(const AdamDirectionOptions& options) : options_(options) {
    detail::check_adam(options, "adam_direction");
  }

  const AdamDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    return [moments = detail::adam_moments<S>(options_),
            quotient = detail::adam_quotient<S>(options_, step)](const auto& g, const auto&,
                                                                 auto& m, auto& v) {
      moments(g, m, v);
      return quotient(m, v);
    };
  }

 private:
  AdamDirectionOptions options_;
};

/// The mean of past gradients over the root of the mean of their squares, both corrected for their
/// start at zero:
///
///     m ← β₁·m + (1 − β₁)·g        m̂ = m / (1 − β₁ᵗ)
///     v ← β₂·v + (1 − β₂)·g²       v̂ = v / (1 − β₂ᵗ)       u = m̂ / (√v̂ + ε)
///
/// t counts steps from 1 and is the same for all tensors.
///
///     auto optimizer = et::chain<float>(et::adam_direction({.beta2 = 0.98}), et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. Kingma & Ba, "Adam: a method for
/// stochastic optimization", 2015. As torch.optim.Adam; its `amsgrad` is amsgrad_direction(). Keras
/// and TensorFlow have ε = 1e-7 and the form before the paper's section 2.1, in which ε is added to
/// the uncorrected root: {.epsilon_hat = true} gives u = √(1 − β₂ᵗ) / (1 − β₁ᵗ)·m / (√v + ε).
/// Tutorials and MLX do without corrections: {.bias_correction = false}. For Optax's `eps_root` see
/// adam_root_direction(). Moments that have decayed into the subnormals become zero.
inline AdamDirection adam_direction(const AdamDirectionOptions& options) {
  return AdamDirection(options);
}

}  // namespace eigentrain
