// SPDX-License-Identifier: MIT
// A rate that falls like a power of the steps that are left.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/real_power.hpp"

namespace eigentrain {

/// The options of polynomial_decay().
struct PolynomialDecayOptions {
  double initial = 1e-3;   ///< η₀ in [0, ∞)
  double final = 0.0;      ///< η₁ in [0, ∞)
  std::int64_t steps = 0;  ///< T, the step at which η₁ is reached; must be given, ≥ 1
  double power = 1.0;      ///< p in (0, ∞)
};

/// The schedule made by polynomial_decay().
class PolynomialDecay {
 public:
  explicit PolynomialDecay(const PolynomialDecayOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "polynomial_decay", "initial");
    require_in(ranges::not_negative, options.final, "polynomial_decay", "final");
    require_at_least(1, options.steps, "polynomial_decay", "steps");
    require_in(ranges::positive, options.power, "polynomial_decay", "power");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "polynomial_decay", "step");
    if (step == 0) return options_.initial;
    if (step >= options_.steps) return options_.final;
    const Exact left = Exact(static_cast<double>(options_.steps - step)) /
                       Exact(static_cast<double>(options_.steps));
    const Exact fall = Exact(options_.initial) - Exact(options_.final);
    return (Exact(options_.final) + fall * real_power(left, options_.power))[0];
  }

 private:
  PolynomialDecayOptions options_;
};

/// Lets the rate fall from η₀ to η₁ in T steps, with the p-th power of the share that is left, and
/// then stay at η₁, a pure function of the step t:
///
///     η(t) = η₁ + (η₀ − η₁)·(1 − t/T)ᵖ   for t < T,   η₁ from there on
///
/// p = 1 is a line, p > 1 falls fast first, p < 1 falls fast in the end. The same bits on every
/// machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::polynomial_decay({.initial = 0.1, .steps = 10'000, .power = 2});
///     rate(5'000);   // 0.025
///
/// Chen et al., "DeepLab", 2016, with p = 0.9. As optax.polynomial_schedule, and with η₁ = 0 as
/// torch.optim.lr_scheduler.PolynomialLR.
inline PolynomialDecay polynomial_decay(const PolynomialDecayOptions& options) {
  return PolynomialDecay(options);
}

}  // namespace eigentrain
