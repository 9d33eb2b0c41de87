// SPDX-License-Identifier: MIT
// A rate that falls in stairs.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/power.hpp"

namespace eigentrain {

/// The options of step_decay().
struct StepDecayOptions {
  double initial = 1e-3;    ///< η₀ in [0, ∞)
  double factor = 0.1;      ///< γ in (0, ∞)
  std::int64_t period = 0;  ///< steps from one stair to the next; must be given, ≥ 1
};

/// The schedule made by step_decay().
class StepDecay {
 public:
  explicit StepDecay(const StepDecayOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "step_decay", "initial");
    require_in(ranges::positive, options.factor, "step_decay", "factor");
    require_at_least(1, options.period, "step_decay", "period");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "step_decay", "step");
    if (options_.initial == 0.0) return 0.0;  // however large the factor's power
    return (Exact(options_.initial) * power(options_.factor, step / options_.period))[0];
  }

 private:
  StepDecayOptions options_;
};

/// Multiplies the rate by a factor every `period` steps, a pure function of the step t:
///
///     η(t) = η₀ · γ^⌊t/period⌋
///
/// A factor above 1 grows, in the end to infinity. Takes O(log t) products and has the same bits on
/// every machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::step_decay({.initial = 0.1, .factor = 0.5, .period = 1000});
///     rate(999);    // 0.1
///     rate(1000);   // 0.05
///
/// As torch.optim.lr_scheduler.StepLR, but counted in steps, not epochs, and without the rounding
/// of one product after the other.
inline StepDecay step_decay(const StepDecayOptions& options) {
  return StepDecay(options);
}

}  // namespace eigentrain
