// SPDX-License-Identifier: MIT
// What is compared: three experiments, each a list of ways to train the same network.
#pragma once

#include "techniques/measure.hpp"

#include <string>
#include <utility>
#include <vector>

#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/one_cycle.hpp"
#include "eigentrain/schedule/warmup.hpp"
#include "schedules/named.hpp"

namespace techniques {

struct Experiment {
  std::string name;   ///< of its tables and its picture
  Index samples = 0;  ///< of the training set, the first ones
  Network network;
  std::vector<Way> ways;
  double aim = 0.0;  ///< a test accuracy whose first epoch is looked for, if positive
};

/// Every schedule that the trainer knows, from the same highest rate and for as many steps.
inline std::vector<Way> schedule_ways(double rate, std::int64_t steps) {
  std::vector<Way> ways;
  for (const auto& [name, make] : schedules::named()) {
    ways.push_back({.name = name, .rate = make(rate, steps)});
  }
  const et::OneCycleOptions cycle{.peak = rate, .steps = steps};
  ways.push_back({.name = "one-cycle, momentum too",
                  .rate = et::one_cycle(cycle),
                  .momentum = et::one_cycle_momentum(cycle)});
  const std::int64_t first = steps / 10;
  ways.push_back(
      {.name = "warm-up, then cosine",
       .rate = et::warmup(
           {.steps = first, .then = et::cosine_decay({.initial = rate, .steps = steps - first})})});
  ways.push_back({.name = "plateau", .rate = rate, .plateau = true});
  return ways;
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

/// The highest rates that the schedules are compared with.
inline constexpr double schedule_rates[] = {0.02, 0.1};

/// All schedules from the one rate, then all from the other.
inline Experiment learning_rates() {
  Experiment made{
      .name = "schedules",
      .samples = 10'000,
      .network = {.hidden = {128}, .batch_size = 50, .epochs = 10, .every_epoch = false},
      .ways = {}};
  const std::int64_t steps = mlp::count_steps(made.samples, 50, made.network.epochs);
  for (const double rate : schedule_rates) {
    for (Way& way : schedule_ways(rate, steps)) made.ways.push_back(std::move(way));
  }
  return made;
}

inline std::vector<Experiment> experiments() {
  return {overfitting(), batch_norm(), learning_rates()};
}

}  // namespace techniques
