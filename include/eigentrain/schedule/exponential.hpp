// SPDX-License-Identifier: MIT
// A rate that falls by the same factor in every step.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/log.hpp"
#include "eigentrain/core/power.hpp"

namespace eigentrain {

/// The options of exponential_decay().
struct ExponentialDecayOptions {
  double initial = 1e-3;    ///< η₀ in [0, ∞)
  double factor = 0.0;      ///< γ in (0, ∞); must be given
  std::int64_t period = 1;  ///< the steps in which the rate falls by the factor, ≥ 1
  bool staircase = false;   ///< true: the rate changes at multiples of the period only
};

/// The schedule made by exponential_decay().
class ExponentialDecay {
 public:
  explicit ExponentialDecay(const ExponentialDecayOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "exponential_decay", "initial");
    require_in(ranges::positive, options.factor, "exponential_decay", "factor");
    require_at_least(1, options.period, "exponential_decay", "period");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "exponential_decay", "step");
    if (options_.initial == 0.0) return 0.0;  // however large the factor's power
    // Whole periods by products, so that they are as exact as those of step_decay; only the rest
    // of a period goes through exp and log.
    const std::int64_t rest = options_.staircase ? 0 : step % options_.period;
    Exact rate = Exact(options_.initial) * power(options_.factor, step / options_.period);
    if (rest != 0) {
      const Exact fraction =
          Exact(static_cast<double>(rest)) / Exact(static_cast<double>(options_.period));
      rate *= exp(fraction * log(Exact(options_.factor)));
    }
    return rate[0];
  }

 private:
  ExponentialDecayOptions options_;
};

/// Lets the rate fall by a factor in every `period` steps, smoothly, a pure function of the step t:
///
///     η(t) = η₀ · γ^(t/period),   with a staircase η₀ · γ^⌊t/period⌋
///
/// A factor above 1 grows, in the end to infinity. Takes O(log t) products and has the same bits on
/// every machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::exponential_decay({.initial = 0.1, .factor = 0.5, .period = 1000});
///     rate(500);    // 0.0707…
///     rate(1000);   // 0.05
///
/// As optax.exponential_decay. torch.optim.lr_scheduler.ExponentialLR is the case period = 1.
inline ExponentialDecay exponential_decay(const ExponentialDecayOptions& options) {
  return ExponentialDecay(options);
}

}  // namespace eigentrain
