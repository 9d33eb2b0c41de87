// SPDX-License-Identifier: MIT
// What an optimizer keeps of a schedule: a function from the step to a number.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "eigentrain/core/check.hpp"
#include "eigentrain/schedule/constant.hpp"
#include "eigentrain/schedule/step_function.hpp"

namespace eigentrain {

/// A pure function from the step to a value, t ↦ η(t), with t = 0 in the first step.
///
/// Wherever a Schedule is expected, a number (the same value at every step) or anything that can be
/// called with a std::int64_t and gives a double will do: the library's schedules, a lambda, a
/// function, another Schedule. The callable is stored by value and called as const, so a lambda
/// must not be `mutable`. Copying a schedule may allocate, calling one never does unless the user's
/// own function does. Calls on one schedule from several threads are safe if the user's function
/// allows them.
///
/// A number outside [0, ∞) and an empty function throw std::invalid_argument.
///
///     struct Options { et::Schedule learning_rate = 1e-3; };
///     Options fixed{.learning_rate = 0.1};
///     Options cosine{.learning_rate = et::cosine_decay({.initial = 1e-3, .steps = 10'000})};
///     Options own{.learning_rate = [](std::int64_t step) { return 1.0 / double(step + 1); }};
///     double rate = own.learning_rate(9);   // 0.1
///
/// PyTorch's schedulers carry a counter that must be stepped at the right moment and saved; a
/// function of the step, as in Optax, has nothing to forget: after a resume, the optimizer's own
/// count gives the right rate.
class Schedule {
 public:
  /// The same value at every step, in [0, ∞).
  Schedule(double value) : constant_(value) {}  // NOLINT: implicit on purpose

  /// Any callable double(std::int64_t).
  template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Schedule> &&
             detail::FunctionOfStep<Function, double>)
  Schedule(Function&& function)  // NOLINT: implicit on purpose
      : constant_(0.0), function_(std::forward<Function>(function)) {
    require(!function_.empty(), "Schedule: the function is empty");
  }

  /// The value at a step, counted from 0.
  double operator()(std::int64_t step) const {
    return is_number() ? constant_(step) : function_(step);
  }

  /// The same for those who count steps themselves, and know that this one isn't negative.
  double at(std::int64_t step) const { return is_number() ? constant_.rate() : function_(step); }

  /// Whether it was made from a number, which a checkpoint can keep, unlike a function.
  bool is_number() const { return function_.empty(); }

 private:
  // Not in the function: a program that has no other schedule needn't compile what calls one.
  Constant constant_;
  detail::StepFunction<double> function_;
};

}  // namespace eigentrain
