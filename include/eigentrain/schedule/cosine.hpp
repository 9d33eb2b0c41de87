// SPDX-License-Identifier: MIT
// A rate that falls along half a cosine wave.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/sin_cos_pi.hpp"

namespace eigentrain {

/// The options of cosine_decay().
struct CosineDecayOptions {
  double initial = 1e-3;   ///< η₀ in [0, ∞)
  double final = 0.0;      ///< η₁ in [0, ∞)
  std::int64_t steps = 0;  ///< T, the step at which η₁ is reached; must be given, ≥ 1
};

/// The schedule made by cosine_decay().
class CosineDecay {
 public:
  explicit CosineDecay(const CosineDecayOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "cosine_decay", "initial");
    require_in(ranges::not_negative, options.final, "cosine_decay", "final");
    require_at_least(1, options.steps, "cosine_decay", "steps");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "cosine_decay", "step");
    if (step >= options_.steps) return options_.final;
    const std::int64_t left = options_.steps - step;
    const Exact fall = Exact(options_.initial) - Exact(options_.final);
    // From the nearer end on, nothing cancels: ½(1 − cos(πx)) = sin²(½πx).
    if (step < left) return (Exact(options_.initial) - fall * departure(step))[0];
    if (step > left) return (Exact(options_.final) + fall * departure(left))[0];
    return (Exact(options_.final) + fall * Exact(0.5))[0];
  }

 private:
  // sin²(½πt/T): how far the curve is from an end at a distance of t steps.
  template <class = void>
  Exact departure(std::int64_t distance) const {
    const Exact half(0.5 * static_cast<double>(distance));
    const Exact root = sin_cos_pi(half / Exact(static_cast<double>(options_.steps))).sin;
    return root * root;
  }

  CosineDecayOptions options_;
};

/// Lets the rate fall from η₀ to η₁ along half a cosine wave in T steps and then stay at η₁, a pure
/// function of the step t:
///
///     η(t) = η₁ + ½(η₀ − η₁)(1 + cos(πt/T))   for t < T,   η₁ from there on
///
/// Right to a few units in the last place at every step, near η₁ = 0 too, exactly η₀ at 0, and with
/// the same bits on every machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::cosine_decay({.initial = 1e-3, .steps = 10'000});
///     rate(5'000);    // 5e-4
///     rate(20'000);   // 0
///
/// Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, without the
/// restarts. As optax.cosine_decay_schedule. PyTorch's CosineAnnealingLR has the same values up to
/// T but rises again after it.
inline CosineDecay cosine_decay(const CosineDecayOptions& options) {
  return CosineDecay(options);
}

}  // namespace eigentrain
