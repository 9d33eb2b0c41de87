// SPDX-License-Identifier: MIT
// Schedules made of schedules: scaled, multiplied, repeated.
#pragma once

#include <cstdint>
#include <utility>

#include "eigentrain/core/packet.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain {

/// The schedule made by multiply_schedules() and scale_schedule().
class MultipliedSchedules {
 public:
  /// Takes what multiply_schedules() takes, and throws what it throws.
  MultipliedSchedules(Schedule first, Schedule second)
      : first_(std::move(first)), second_(std::move(second)) {}

  /// The product at a step. Throws what the two schedules throw.
  double operator()(std::int64_t step) const {
    return (Exact(first_(step)) * Exact(second_(step)))[0];
  }

 private:
  Schedule first_, second_;
};

/// The product of two schedules, step by step: η(t) = a(t)·b(t).
///
///     et::Schedule rate = et::multiply_schedules(
///         et::cosine_decay({.initial = 1e-3, .steps = 10'000}),
///         et::cyclic({.base = 1.0, .peak = 0.5, .rise = 100}));
///
/// As torch.optim.lr_scheduler.ChainedScheduler and Optax's products of functions.
inline MultipliedSchedules multiply_schedules(Schedule first, Schedule second) {
  return {std::move(first), std::move(second)};
}

/// A schedule times a factor c in [0, ∞): η(t) = c·a(t). Throws std::invalid_argument for another
/// factor.
///
///     et::Schedule decay = et::scale_schedule(rate, 0.1);   // weight decay in step with the rate
inline MultipliedSchedules scale_schedule(Schedule schedule, double factor) {
  require_in(ranges::not_negative, factor, "scale_schedule", "factor");
  return {std::move(schedule), factor};
}

/// The options of repeat_schedule().
struct RepeatOptions {
  Schedule schedule = 1e-3;  ///< what is repeated
  std::int64_t period = 0;   ///< T, the steps after which it begins again; must be given, ≥ 1
  std::int64_t times = 0;    ///< n ≥ 0, how often it runs; 0: without end
};

/// The schedule made by repeat_schedule().
class RepeatedSchedule {
 public:
  explicit RepeatedSchedule(const RepeatOptions& options) : options_(options) {
    require_at_least(1, options.period, "repeat_schedule", "period");
    require_at_least(0, options.times, "repeat_schedule", "times");
  }

  /// The value at a step. Throws std::invalid_argument if step < 0.
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "repeat_schedule", "step");
    const bool is_over = options_.times != 0 && step / options_.period >= options_.times;
    return options_.schedule(is_over ? options_.period - 1 : step % options_.period);
  }

 private:
  RepeatOptions options_;
};

/// The first T steps of a schedule again and again, a pure function of the step t:
///
///     η(t) = a(t mod T)      for t < n·T,   a(T − 1) from there on
///
/// Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::repeat_schedule(
///         {.schedule = et::linear_decay({.initial = 0.1, .steps = 100}), .period = 100});
///     rate(100);   // 0.1
inline RepeatedSchedule repeat_schedule(const RepeatOptions& options) {
  return RepeatedSchedule(options);
}

}  // namespace eigentrain
