// SPDX-License-Identifier: MIT
// A rate that rises, stays, and falls in the end.
#pragma once

#include <cstdint>

#include "eigentrain/core/functions.hpp"
#include "eigentrain/schedule/between.hpp"

namespace eigentrain {

/// The curve along which the last phase of warmup_stable_decay() falls.
enum class StableDecayShape { linear, cosine, square_root };

/// The options of warmup_stable_decay().
struct WarmupStableDecayOptions {
  double peak = 1e-3;       ///< η₀ in [0, ∞)
  std::int64_t warmup = 0;  ///< w ≥ 0, steps in which the rate rises along a line
  std::int64_t stable = 0;  ///< s ≥ 0, steps at the peak
  std::int64_t decay = 0;   ///< T, steps of the fall; must be given, ≥ 1
  double start = 0.0;       ///< in [0, ∞), the rate of step 0 if there is a warm-up
  double final = 0.0;       ///< η₁ in [0, ∞)
  StableDecayShape shape = StableDecayShape::linear;  ///< along which curve it falls
};

/// The schedule made by warmup_stable_decay().
class WarmupStableDecay {
 public:
  explicit WarmupStableDecay(const WarmupStableDecayOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.peak, "warmup_stable_decay", "peak");
    require_at_least(0, options.warmup, "warmup_stable_decay", "warmup");
    require_at_least(0, options.stable, "warmup_stable_decay", "stable");
    require_at_least(1, options.decay, "warmup_stable_decay", "decay");
    require_in(ranges::not_negative, options.start, "warmup_stable_decay", "start");
    require_in(ranges::not_negative, options.final, "warmup_stable_decay", "final");
    require(
        options.shape >= StableDecayShape::linear && options.shape <= StableDecayShape::square_root,
        "warmup_stable_decay: shape must be one of StableDecayShape's names");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  EIGENTRAIN_NOINLINE double operator()(std::int64_t step) const {
    require_at_least(0, step, "warmup_stable_decay", "step");
    const double peak = options_.peak, final = options_.final;
    if (step < options_.warmup) {
      return detail::linear_between(options_.start, peak, static_cast<double>(step),
                                    static_cast<double>(options_.warmup));
    }
    // One after the other, as their sum may be more than an integer holds.
    step -= options_.warmup;
    if (step < options_.stable) return peak;
    step -= options_.stable;
    if (step >= options_.decay) return final;
    const auto at = static_cast<double>(step), of = static_cast<double>(options_.decay);
    if (options_.shape == StableDecayShape::linear) {
      return detail::linear_between(peak, final, at, of);
    }
    if (options_.shape == StableDecayShape::cosine) {
      return detail::cosine_between(peak, final, at, of);
    }
    // 1 − √x without cancellation: (1 − x)/(1 + √x).
    const Exact left = Exact(static_cast<double>(options_.decay - step)) / Exact(of);
    const Exact share = left / (Exact(1.0) + sqrt(Exact(at) / Exact(of)));
    return (Exact(final) + (Exact(peak) - Exact(final)) * share)[0];
  }

 private:
  WarmupStableDecayOptions options_;
};

/// Raises the rate along a line, holds it, lets it fall to η₁ in the last T steps and stay there, a
/// pure function of the step t. With x = (t − w − s)/T in the fall:
///
///     η(t) = start + (η₀ − start)·t/w       for t < w
///     η(t) = η₀                             for t < w + s
///     η(t) = η₁ + (η₀ − η₁)·(1 − x)         linear
///     η(t) = η₁ + (η₀ − η₁)·½(1 + cos(πx))  cosine
///     η(t) = η₁ + (η₀ − η₁)·(1 − √x)        square root
///
/// The same bits on every machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::warmup_stable_decay({.peak = 1e-3, .warmup = 500, .stable = 7'500,
///                                                  .decay = 2'000});
///     rate(5'000);   // 1e-3
///     rate(9'000);   // 5e-4
///
/// A training may go on from the end of the stable phase: weights that are saved there serve any
/// number of later ends. Zhai et al., "Scaling Vision Transformers", 2022; Hu et al., "MiniCPM",
/// 2024; Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training
/// Durations", 2024, for the square root and for a fall of a tenth to a fifth of all steps.
inline WarmupStableDecay warmup_stable_decay(const WarmupStableDecayOptions& options) {
  return WarmupStableDecay(options);
}

}  // namespace eigentrain
