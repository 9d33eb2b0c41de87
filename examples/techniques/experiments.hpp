// SPDX-License-Identifier: MIT
// What is compared: four experiments, each a list of ways to train the same network.
#pragma once

#include "techniques/measure.hpp"

#include <iterator>
#include <string>
#include <vector>

#include "eigentrain/schedule/constant.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/step.hpp"
#include "eigentrain/schedule/warmup.hpp"

namespace techniques {

struct Experiment {
  std::string name;   ///< of its tables and its picture
  Index samples = 0;  ///< of the training set, the first ones
  Network network;
  std::vector<Way> ways;
  double aim = 0.0;  ///< a test accuracy whose first epoch is looked for, if positive
};

/// A schedule for `steps` steps from its highest rate on.
struct NamedSchedule {
  const char* name;
  et::Schedule (*make)(double rate, std::int64_t steps);
};

/// To compare another schedule, add a line.
inline const std::vector<NamedSchedule>& schedules() {
  static const std::vector<NamedSchedule> all = {
      {"constant", [](double rate, std::int64_t) -> et::Schedule { return rate; }},
      {"step",
       [](double rate, std::int64_t steps) -> et::Schedule {
         return et::step_decay({.initial = rate, .factor = 0.1, .period = (steps + 2) / 3});
       }},
      {"exponential",
       [](double rate, std::int64_t steps) -> et::Schedule {
         return et::exponential_decay({.initial = rate, .factor = 0.01, .period = steps});
       }},
      {"cosine",
       [](double rate, std::int64_t steps) -> et::Schedule {
         return et::cosine_decay({.initial = rate, .steps = steps});
       }},
      {"warm-up",
       [](double rate, std::int64_t steps) -> et::Schedule {
         return et::warmup({.steps = steps / 10, .then = rate});
       }},
      {"warm-up, cosine",
       [](double rate, std::int64_t steps) -> et::Schedule {
         const std::int64_t first = steps / 10;
         return et::warmup(
             {.steps = first, .then = et::cosine_decay({.initial = rate, .steps = steps - first})});
       }},
  };
  return all;
}

/// Dropout and L2 where there are few samples: 784-256-128-10 on 2,000 pictures. The rate falls to
/// 0, so that the last epoch isn't one of many ups and downs.
inline Experiment overfitting() {
  const et::Schedule rate = et::cosine_decay({.initial = 0.02, .steps = 40 * 40});
  return {.name = "overfitting",
          .samples = 2000,
          .network = {.hidden = {256, 128}, .batch_size = 50, .epochs = 40},
          .ways = {{.name = "neither", .rate = rate},
                   {.name = "dropout 0.2", .rate = rate, .dropout = 0.2},
                   {.name = "dropout 0.5", .rate = rate, .dropout = 0.5},
                   {.name = "L2 0.001", .rate = rate, .decay = 1e-3},
                   {.name = "L2 0.01", .rate = rate, .decay = 1e-2},
                   {.name = "both", .rate = rate, .dropout = 0.5, .decay = 1e-3}}};
}

/// Batch norm in a network of five layers, with three learning rates, each of which falls to 0.
inline Experiment batch_norm() {
  Experiment made{.name = "batch_norm",
                  .samples = 10'000,
                  .network = {.hidden = {100, 100, 100, 100}, .batch_size = 100, .epochs = 10},
                  .ways = {},
                  .aim = 0.83};
  for (const bool norm : {false, true}) {
    for (const double rate : {0.01, 0.1, 0.5}) {
      made.ways.push_back({.name = et::message(norm ? "norm, " : "plain, ", rate),
                           .rate = et::cosine_decay({.initial = rate, .steps = 10 * 100}),
                           .batch_norm = norm});
    }
  }
  return made;
}

/// Every schedule from the same highest rate, for as many steps.
inline Experiment learning_rates(const std::string& name, double rate) {
  Experiment made{.name = name,
                  .samples = 20'000,
                  .network = {.hidden = {128}, .batch_size = 50, .epochs = 10},
                  .ways = {}};
  const std::int64_t steps = mlp::count_steps(made.samples, 50, made.network.epochs);
  for (const NamedSchedule& schedule : schedules()) {
    made.ways.push_back({.name = schedule.name, .rate = schedule.make(rate, steps)});
  }
  return made;
}

inline std::vector<Experiment> experiments() {
  return {overfitting(), batch_norm(), learning_rates("schedules", 0.1),
          learning_rates("schedules_low", 0.02)};
}

}  // namespace techniques
