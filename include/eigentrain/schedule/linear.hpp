// SPDX-License-Identifier: MIT
// A rate that falls, or rises, by the same amount in every step.
#pragma once

#include <cstdint>

#include "eigentrain/schedule/between.hpp"

namespace eigentrain {

/// The options of linear_decay().
struct LinearDecayOptions {
  double initial = 1e-3;   ///< η₀ in [0, ∞)
  double final = 0.0;      ///< η₁ in [0, ∞); above η₀ the rate rises
  std::int64_t steps = 0;  ///< T, the step at which η₁ is reached; must be given, ≥ 1
};

/// The schedule made by linear_decay().
class LinearDecay {
 public:
  explicit LinearDecay(const LinearDecayOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "linear_decay", "initial");
    require_in(ranges::not_negative, options.final, "linear_decay", "final");
    require_at_least(1, options.steps, "linear_decay", "steps");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "linear_decay", "step");
    if (step >= options_.steps) return options_.final;
    return detail::linear_between(options_.initial, options_.final, static_cast<double>(step),
                                  static_cast<double>(options_.steps));
  }

 private:
  LinearDecayOptions options_;
};

/// Lets the rate go from η₀ to η₁ along a line in T steps and then stay at η₁, a pure function of
/// the step t:
///
///     η(t) = η₀ + (η₁ − η₀)·t/T   for t < T,   η₁ from there on
///
/// Right to a few units in the last place at every step, near η₁ = 0 too, and with the same bits on
/// every machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::linear_decay({.initial = 0.1, .steps = 10'000});
///     rate(2'500);    // 0.075
///     rate(10'000);   // 0
///
/// As optax.linear_schedule. torch.optim.lr_scheduler.LinearLR takes factors of the optimizer's
/// rate in the place of rates, and begins with a third of it.
inline LinearDecay linear_decay(const LinearDecayOptions& options) {
  return LinearDecay(options);
}

}  // namespace eigentrain
