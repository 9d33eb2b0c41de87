// SPDX-License-Identifier: MIT
// A rate that falls like one over the time.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// The options of inverse_time_decay().
struct InverseTimeDecayOptions {
  double initial = 1e-3;    ///< η₀ in [0, ∞)
  double factor = 1.0;      ///< γ in [0, ∞)
  std::int64_t period = 1;  ///< the steps that count as 1, ≥ 1
  bool staircase = false;   ///< true: the rate changes at multiples of the period only
};

/// The schedule made by inverse_time_decay().
class InverseTimeDecay {
 public:
  explicit InverseTimeDecay(const InverseTimeDecayOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "inverse_time_decay", "initial");
    require_in(ranges::not_negative, options.factor, "inverse_time_decay", "factor");
    require_at_least(1, options.period, "inverse_time_decay", "period");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "inverse_time_decay", "step");
    const std::int64_t rest = options_.staircase ? step % options_.period : 0;
    const Exact periods =
        Exact(static_cast<double>(step - rest)) / Exact(static_cast<double>(options_.period));
    return (Exact(options_.initial) / (Exact(1.0) + Exact(options_.factor) * periods))[0];
  }

 private:
  InverseTimeDecayOptions options_;
};

/// Lets the rate fall like one over the time, which never ends, a pure function of the step t:
///
///     η(t) = η₀ / (1 + γ·t/period),   with a staircase η₀ / (1 + γ·⌊t/period⌋)
///
/// The same bits on every machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::inverse_time_decay({.initial = 0.1, .period = 1000});
///     rate(1000);   // 0.05
///     rate(3000);   // 0.025
///
/// Robbins & Monro, "A Stochastic Approximation Method", 1951: such rates add up to infinity, but
/// their squares don't. As Keras' InverseTimeDecay, and torch.optim.Adagrad's lr_decay = γ/period.
inline InverseTimeDecay inverse_time_decay(const InverseTimeDecayOptions& options) {
  return InverseTimeDecay(options);
}

}  // namespace eigentrain
