// SPDX-License-Identifier: MIT
// One schedule after the other.
#pragma once

#include <concepts>
#include <utility>

#include "eigentrain/schedule/boundaries.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain {

// Templates, as a program that joins nothing shall not pay for lists of schedules.
namespace detail {

template <class Schedule>
struct JoinOptionsOf {
  std::vector<Schedule> schedules = {};       ///< what follows what; at least one
  std::vector<std::int64_t> boundaries = {};  ///< b₁ < b₂ < …, ≥ 1: one fewer than schedules
};

template <class Schedule>
class JoinedSchedulesOf {
 public:
  explicit JoinedSchedulesOf(JoinOptionsOf<Schedule> options) : options_(std::move(options)) {
    require(options_.schedules.size() == options_.boundaries.size() + 1,
            "join_schedules: there must be one boundary fewer than schedules, got ",
            options_.boundaries.size(), " boundaries and ", options_.schedules.size(),
            " schedules");
    detail::require_rising(1, options_.boundaries, "join_schedules", "boundaries");
  }

  /// The value at a step. Throws std::invalid_argument if step < 0.
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "join_schedules", "step");
    const std::size_t k = detail::count_reached(options_.boundaries, step);
    return options_.schedules[k](k == 0 ? step : step - options_.boundaries[k - 1]);
  }

 private:
  JoinOptionsOf<Schedule> options_;
};

template <class Schedule>
JoinedSchedulesOf<Schedule> joined(JoinOptionsOf<Schedule> options) {
  return JoinedSchedulesOf<Schedule>(std::move(options));
}

}  // namespace detail

/// The options of join_schedules().
using JoinOptions = detail::JoinOptionsOf<Schedule>;

/// The schedule made by join_schedules().
using JoinedSchedules = detail::JoinedSchedulesOf<Schedule>;

/// Schedules one after the other, each from its own step 0 on, a pure function of the step t:
///
///     η(t) = scheduleₖ(t − bₖ),   k = how many boundaries are ≤ t, b₀ = 0
///
/// Throws std::invalid_argument if a boundary isn't above the one before or the numbers of both
/// don't fit.
///
///     et::Schedule rate = et::join_schedules(
///         {.schedules = {0.01, et::exponential_decay({.initial = 0.01, .factor = 0.1,
///                                                     .period = 1000})},
///          .boundaries = {5000}});
///
/// As optax.join_schedules and torch.optim.lr_scheduler.SequentialLR.
template <std::same_as<JoinOptions> Options = JoinOptions>
auto join_schedules(Options options) {
  return detail::joined(std::move(options));
}

}  // namespace eigentrain
