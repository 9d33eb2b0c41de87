// SPDX-License-Identifier: MIT
// Every schedule with sensible numbers, at every step of a training.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/eigentrain.hpp"
#include "schedules/picture.hpp"

namespace schedules {

namespace et = eigentrain;

namespace detail {

inline Curve curve(const std::string& name, const et::Schedule& schedule, std::int64_t steps) {
  Curve result{name, {}};
  for (std::int64_t t = 0; t < steps; ++t) result.values.push_back(schedule(t));
  return result;
}

// A loss that falls ever more slowly, with a little noise.
inline Curve plateau(std::int64_t steps) {
  et::ReduceOnPlateau rate(
      {.initial = 1.0, .factor = 0.4, .patience = steps / 20, .threshold = 0.02});
  Curve result{"plateau", {}};
  for (std::int64_t t = 0; t < steps; ++t) {
    const double x = static_cast<double>(t) / static_cast<double>(steps);
    rate.update(0.2 + std::exp(-12 * x) + (t % 3 == 0 ? 0.005 : 0.0));
    result.values.push_back(rate.rate());
  }
  return result;
}

}  // namespace detail

/// All schedules over so many steps, at least 40, most of them with a peak of 1.
inline std::vector<Panel> gallery(std::int64_t steps) {
  et::require_at_least(40, steps, "gallery", "steps");
  const std::int64_t n = steps, half = n / 2, third = n / 3, quarter = n / 4, tenth = n / 10;
  std::vector<Panel> panels;
  const auto show = [&](const std::string& title,
                        const std::vector<std::pair<std::string, et::Schedule>>& curves) {
    Panel panel{title, {}};
    for (const auto& [name, schedule] : curves) {
      panel.curves.push_back(detail::curve(name, schedule, n));
    }
    panels.push_back(panel);
  };
  const et::Schedule cosine = et::cosine_decay({.initial = 1.0, .steps = n});
  show("constant", {{"constant", 1.0}});
  show("step_decay", {{"step", et::step_decay({.initial = 1.0, .factor = 0.5, .period = n / 5})}});
  show("multi_step_decay",
       {{"multi_step", et::multi_step_decay(
                           {.initial = 1.0, .factor = 0.3, .boundaries = {half, 3 * quarter}})}});
  show("piecewise_constant",
       {{"piecewise_constant", et::piecewise_constant({.values = {0.3, 1.0, 0.6, 0.1},
                                                       .boundaries = {tenth, half, 4 * n / 5}})}});
  show("piecewise_linear",
       {{"piecewise_linear", et::piecewise_linear({.steps = {0, tenth, half, n - 1},
                                                   .values = {0.0, 1.0, 0.6, 0.0}})}});
  show("exponential_decay",
       {{"exponential", et::exponential_decay({.initial = 1.0, .factor = 0.5, .period = n / 5})},
        {"exponential_staircase",
         et::exponential_decay(
             {.initial = 1.0, .factor = 0.5, .period = n / 5, .staircase = true})}});
  show("inverse_time_decay",
       {{"inverse_time", et::inverse_time_decay({.initial = 1.0, .period = tenth})},
        {"inverse_time_staircase",
         et::inverse_time_decay({.initial = 1.0, .period = tenth, .staircase = true})}});
  show("linear_decay", {{"linear", et::linear_decay({.initial = 1.0, .steps = n})}});
  show("polynomial_decay",
       {{"polynomial_2", et::polynomial_decay({.initial = 1.0, .steps = n, .power = 2})},
        {"polynomial_half", et::polynomial_decay({.initial = 1.0, .steps = n, .power = 0.5})}});
  show("cosine_decay", {{"cosine", cosine}});
  const auto warm = [&](et::WarmupShape shape, double start) {
    return et::warmup({.steps = quarter,
                       .start = start,
                       .then = et::cosine_decay({.initial = 1.0, .steps = n - quarter}),
                       .shape = shape});
  };
  show("warmup", {{"warmup_linear", warm(et::WarmupShape::linear, 0.0)},
                  {"warmup_cosine", warm(et::WarmupShape::cosine, 0.0)},
                  {"warmup_exponential", warm(et::WarmupShape::exponential, 0.01)}});
  show("cosine_restarts",
       {{"restarts",
         et::cosine_restarts({.initial = 1.0, .period = (n + 6) / 7, .multiplier = 2})}});
  show("… with shrinking peaks",
       {{"restarts_shrinking",
         et::cosine_restarts({.initial = 1.0, .period = n / 5, .factor = 0.7})}});
  const et::OneCycleOptions two{.peak = 1.0, .steps = n};
  const et::OneCycleOptions three{.peak = 1.0,
                                  .steps = n,
                                  .rise = 0.4,
                                  .shape = et::OneCycleShape::linear,
                                  .three_phases = true};
  show("one_cycle, and momentum",
       {{"one_cycle", et::one_cycle(two)}, {"one_cycle_momentum", et::one_cycle_momentum(two)}});
  show("… in three phases", {{"one_cycle_three", et::one_cycle(three)},
                             {"one_cycle_three_momentum", et::one_cycle_momentum(three)}});
  const auto triangles = [&](et::CyclicShape shape, double factor) {
    return et::cyclic({.base = 0.1, .peak = 1.0, .rise = n / 8, .shape = shape, .factor = factor});
  };
  show("cyclic, triangular", {{"cyclic", triangles(et::CyclicShape::triangular, 1.0)}});
  show("… triangular2", {{"cyclic_triangular2", triangles(et::CyclicShape::triangular2, 1.0)}});
  show("… exp_range", {{"cyclic_exp_range", triangles(et::CyclicShape::exp_range,
                                                      1.0 - 1.5 / static_cast<double>(n))}});
  const et::NoamOptions noam{.model_size = 1, .warmup = tenth};
  show("noam",
       {{"noam", et::scale_schedule(et::noam(noam), std::sqrt(static_cast<double>(tenth)))}});
  show("inverse_square_root",
       {{"inverse_square_root", et::inverse_square_root({.peak = 1.0, .warmup = tenth})}});
  const auto stable = [&](et::StableDecayShape shape) {
    return et::warmup_stable_decay(
        {.peak = 1.0, .warmup = tenth, .stable = half, .decay = n - half - tenth, .shape = shape});
  };
  show("warmup_stable_decay", {{"stable_linear", stable(et::StableDecayShape::linear)},
                               {"stable_cosine", stable(et::StableDecayShape::cosine)},
                               {"stable_square_root", stable(et::StableDecayShape::square_root)}});
  show("join_schedules",
       {{"joined",
         et::join_schedules(
             {.schedules = {0.2, et::linear_decay({.initial = 1.0, .final = 0.5, .steps = third}),
                            et::cosine_decay({.initial = 0.5, .steps = third})},
              .boundaries = {third, 2 * third}})}});
  show("multiply_schedules",
       {{"product",
         et::multiply_schedules(cosine, et::cyclic({.base = 1.0, .peak = 0.6, .rise = n / 16}))}});
  show("repeat_schedule",
       {{"repeated", et::repeat_schedule({.schedule = et::polynomial_decay(
                                              {.initial = 1.0, .steps = quarter, .power = 2}),
                                          .period = quarter})}});
  panels.push_back({"ReduceOnPlateau", {detail::plateau(n)}});
  return panels;
}

}  // namespace schedules
