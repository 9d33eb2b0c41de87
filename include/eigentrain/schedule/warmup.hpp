// SPDX-License-Identifier: MIT
// A gentle start before any other schedule.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/packet.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain {

/// The curve along which a warm-up rises.
enum class WarmupShape { linear, exponential, cosine };

/// The options of warmup().
struct WarmupOptions {
  std::int64_t steps = 0;                   ///< T, the length of the warm-up; must be given, ≥ 1
  double start = 0.0;                       ///< η₀ in [0, ∞), the rate of the first step
  Schedule then = 1e-3;                     ///< what follows, from its own step 0 on
  WarmupShape shape = WarmupShape::linear;  ///< along which curve it rises
};

/// The schedule made by warmup().
class Warmup {
 public:
  explicit Warmup(const WarmupOptions& options) : options_(options), target_(options.then(0)) {
    require_at_least(1, options.steps, "warmup", "steps");
    require_in(ranges::not_negative, options.start, "warmup", "start");
    require_in(ranges::not_negative, target_, "warmup", "then(0)");
    if (options.shape == WarmupShape::exponential) {
      require_in(ranges::positive, options.start, "warmup", "start of an exponential warm-up");
      require_in(ranges::positive, target_, "warmup", "then(0) after an exponential warm-up");
      require_in(ranges::positive, target_ / options.start, "warmup",
                 "then(0) / start of an exponential warm-up");
    } else {
      require(options.shape == WarmupShape::linear || options.shape == WarmupShape::cosine,
              "warmup: shape must be one of WarmupShape's names");
    }
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "warmup", "step");
    const double start = options_.start;
    const std::int64_t steps = options_.steps;
    if (step >= steps) return options_.then(step - steps);
    if (options_.shape == WarmupShape::exponential) {
      return exponential_decay({.initial = start, .factor = target_ / start, .period = steps})(
          step);
    }
    if (options_.shape == WarmupShape::cosine) {
      return cosine_decay({.initial = start, .final = target_, .steps = steps})(step);
    }
    const Exact x = Exact(static_cast<double>(step)) / Exact(static_cast<double>(steps));
    return (Exact(start) + (Exact(target_) - Exact(start)) * x)[0];
  }

 private:
  WarmupOptions options_;
  double target_;
};

/// Raises the rate from η₀ to the first value of another schedule in T steps and then follows that
/// schedule from its own step 0 on, a pure function of the step t:
///
///     η(t) = η₀ + (then(0) − η₀)·t/T        linear, for t < T
///     η(t) = η₀·(then(0)/η₀)^(t/T)          exponential; η₀ > 0
///     η(t) = η₀ + (then(0) − η₀)·½(1 − cos(πt/T))   cosine
///     η(t) = then(t − T)                    from T on
///
/// The same bits on every machine. With the default start the very first step has rate 0. Throws
/// std::invalid_argument if an option or then(0) is out of its range.
///
///     et::Schedule rate = et::warmup(
///         {.steps = 500, .then = et::cosine_decay({.initial = 1e-3, .steps = 10'000})});
///     rate(250);   // 5e-4
///     rate(500);   // 1e-3, the cosine's step 0
///
/// Goyal et al., "Accurate, Large Minibatch SGD", 2017. As optax.join_schedules; the
/// decay_steps of optax.warmup_cosine_decay_schedule include the warm-up, ours don't.
/// torch.optim.lr_scheduler.LinearLR starts at a third of the rate.
inline Warmup warmup(const WarmupOptions& options) {
  return Warmup(options);
}

}  // namespace eigentrain
