// SPDX-License-Identifier: MIT
// Schedules by name, with sensible parameters for a training of so many steps.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "eigentrain/schedule/constant.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/cyclic.hpp"
#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/inverse_square_root.hpp"
#include "eigentrain/schedule/inverse_time.hpp"
#include "eigentrain/schedule/linear.hpp"
#include "eigentrain/schedule/multi_step.hpp"
#include "eigentrain/schedule/one_cycle.hpp"
#include "eigentrain/schedule/piecewise.hpp"
#include "eigentrain/schedule/polynomial.hpp"
#include "eigentrain/schedule/restarts.hpp"
#include "eigentrain/schedule/schedule.hpp"
#include "eigentrain/schedule/step.hpp"
#include "eigentrain/schedule/warmup_stable_decay.hpp"

namespace schedules {

namespace et = eigentrain;

/// From the peak of the rate and the number of steps to a schedule.
using Maker = std::function<et::Schedule(double rate, std::int64_t steps)>;

/// All that are functions of the step. None goes above the rate. What rises first does so in a
/// tenth of the steps, or as the paper has it.
inline const std::map<std::string, Maker>& named() {
  using Int = std::int64_t;
  const auto part = [](Int steps, Int parts) { return (steps + parts - 1) / parts; };
  static const std::map<std::string, Maker> makers = {
      {"constant", [](double rate, Int) { return et::Schedule(rate); }},
      {"step",
       [=](double rate, Int n) {
         return et::step_decay({.initial = rate, .factor = 0.1, .period = part(n, 3)});
       }},
      {"multi-step",
       [=](double rate, Int n) {
         const Int first = part(n, 2);
         return et::multi_step_decay(
             {.initial = rate, .factor = 0.1, .boundaries = {first, first + part(n, 4)}});
       }},
      {"piecewise-linear",
       [](double rate, Int n) {
         return et::piecewise_linear({.steps = {0, n / 10 + 1, n / 2 + 2, n + 3},
                                      .values = {0.1 * rate, rate, 0.3 * rate, 0.0}});
       }},
      {"exponential",
       [](double rate, Int n) {
         return et::exponential_decay({.initial = rate, .factor = 0.01, .period = n});
       }},
      {"inverse-time",
       [=](double rate, Int n) {
         return et::inverse_time_decay({.initial = rate, .period = part(n, 10)});
       }},
      {"linear",
       [](double rate, Int n) { return et::linear_decay({.initial = rate, .steps = n}); }},
      {"polynomial",
       [](double rate, Int n) {
         return et::polynomial_decay({.initial = rate, .steps = n, .power = 2.0});
       }},
      {"cosine",
       [](double rate, Int n) { return et::cosine_decay({.initial = rate, .steps = n}); }},
      {"cosine-restarts",
       [=](double rate, Int n) {
         return et::cosine_restarts({.initial = rate, .period = part(n, 7), .multiplier = 2});
       }},
      {"one-cycle", [](double rate, Int n) { return et::one_cycle({.peak = rate, .steps = n}); }},
      {"cyclic",
       [=](double rate, Int n) {
         return et::cyclic({.base = 0.05 * rate,
                            .peak = rate,
                            .rise = part(n, 8),
                            .shape = et::CyclicShape::triangular2});
       }},
      {"noam",
       [=](double rate, Int n) {
         const Int warmup = part(n, 10);
         return et::noam({.model_size = 1,
                          .warmup = warmup,
                          .scale = rate * std::sqrt(static_cast<double>(warmup))});
       }},
      {"inverse-square-root",
       [=](double rate, Int n) {
         return et::inverse_square_root({.peak = rate, .warmup = part(n, 10)});
       }},
      {"warmup-stable-decay",
       [=](double rate, Int n) {
         const Int warmup = part(n, 10), decay = part(n, 5);
         return et::warmup_stable_decay({.peak = rate,
                                         .warmup = warmup,
                                         .stable = std::max<Int>(n - warmup - decay, 0),
                                         .decay = decay});
       }},
  };
  return makers;
}

}  // namespace schedules
