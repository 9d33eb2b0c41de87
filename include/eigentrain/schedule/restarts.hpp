// SPDX-License-Identifier: MIT
// A rate that falls along a cosine again and again.
#pragma once

#include <cstdint>
#include <limits>

#include "eigentrain/core/power.hpp"
#include "eigentrain/schedule/cosine.hpp"

namespace eigentrain {

/// The options of cosine_restarts().
struct CosineRestartsOptions {
  double initial = 1e-3;        ///< η₀ in [0, ∞), the first peak
  double final = 0.0;           ///< η₁ in [0, ∞), where each cycle ends
  std::int64_t period = 0;      ///< T₀, the steps of the first cycle; must be given, ≥ 1
  std::int64_t multiplier = 1;  ///< m ≥ 1: each cycle is so many times as long as the one before
  double factor = 1.0;          ///< γ in (0, 1]: each peak's height over η₁ shrinks by it
  std::int64_t cycles = 0;      ///< how many there are; after the last one η₁. 0: no end
};

/// The schedule made by cosine_restarts().
class CosineRestarts {
 public:
  explicit CosineRestarts(const CosineRestartsOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.initial, "cosine_restarts", "initial");
    require_in(ranges::not_negative, options.final, "cosine_restarts", "final");
    require_at_least(1, options.period, "cosine_restarts", "period");
    require_at_least(1, options.multiplier, "cosine_restarts", "multiplier");
    require_in({0.0, 1.0, true}, options.factor, "cosine_restarts", "factor");
    require_at_least(0, options.cycles, "cosine_restarts", "cycles");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  EIGENTRAIN_NOINLINE double operator()(std::int64_t step) const {
    require_at_least(0, step, "cosine_restarts", "step");
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::int64_t length = options_.period, cycle = 0, since = step;
    if (options_.multiplier == 1) {
      cycle = step / length;
      since = step % length;
    }
    while (since >= length) {  // 63 times at most
      since -= length;
      ++cycle;
      // A cycle that counters can't hold ends with them.
      length = length > most / options_.multiplier ? most : length * options_.multiplier;
    }
    if (options_.cycles != 0 && cycle >= options_.cycles) return options_.final;
    const Exact height = Exact(options_.initial) - Exact(options_.final);
    const double peak = cycle == 0
                            ? options_.initial
                            : (Exact(options_.final) + height * power(options_.factor, cycle))[0];
    return CosineDecay({.initial = peak, .final = options_.final, .steps = length})(since);
  }

 private:
  CosineRestartsOptions options_;
};

/// SGDR: lets the rate fall from a peak to η₁ along half a cosine wave, jump up to the peak again,
/// and so on, a pure function of the step t. In cycle i = 0, 1, …, which is Tᵢ = T₀·mⁱ steps long,
/// s steps after its beginning:
///
///     η(t) = η₁ + ½·(η₀ − η₁)·γⁱ·(1 + cos(πs/Tᵢ))
///
/// The cycles are counted in integers, so that each restart is in its exact step, however far; in
/// O(log t). The same bits on every machine. Throws std::invalid_argument if an option is out of
/// its range.
///
///     et::Schedule rate = et::cosine_restarts({.initial = 0.1, .period = 1000, .multiplier = 2});
///     rate(1'000);   // 0.1 again; the next restarts are at 3'000 and 7'000
///     rate(2'000);   // 0.05
///
/// The end of a cycle is when to save the weights; the last cycle should end with the training:
/// T₀·(mⁿ − 1)/(m − 1) steps for n cycles.
///
/// Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
/// torch.optim.lr_scheduler.CosineAnnealingWarmRestarts is the case γ = 1 (it finds the cycle by a
/// logarithm, which may miss a restart), Keras' CosineDecayRestarts has γ as m_mul.
inline CosineRestarts cosine_restarts(const CosineRestartsOptions& options) {
  return CosineRestarts(options);
}

}  // namespace eigentrain
