// SPDX-License-Identifier: MIT
// Schedule-free SGD.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/to_average.hpp"

namespace eigentrain {

/// The options of schedule_free_sgd().
struct ScheduleFreeSgdOptions {
  Schedule learning_rate = 1.0;   ///< η ≥ 0; a number, as no schedule is needed
  double momentum = 0.9;          ///< β in (0, 1)
  double weight_decay = 0.0;      ///< λ ≥ 0, added to the gradient, at y
  std::int64_t warmup_steps = 0;  ///< of a linear warm-up, ≥ 0
  double r = 0.0;                 ///< step t weighs tʳ in the average, ≥ 0
  double weight_lr_power = 2.0;   ///< and the largest rate so far to this power, ≥ 0
};

/// Schedule-free SGD as a sequence, for use inside chain(): add_decay, schedule_free.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::schedule_free_sgd({}));
template <std::same_as<ScheduleFreeSgdOptions> Options = ScheduleFreeSgdOptions>
auto schedule_free_sgd(const Options& options) {
  return sequence(add_decay(options.weight_decay),
                  schedule_free({.learning_rate = options.learning_rate,
                                 .momentum = options.momentum,
                                 .warmup_steps = options.warmup_steps,
                                 .r = options.r,
                                 .weight_lr_power = options.weight_lr_power}));
}

/// SGD that needs no schedule, as it averages; see schedule_free() for what it does, and
/// to_average(), which must be called before the weights are used.
///
///     et::ScheduleFreeSgd<float> optimizer({.learning_rate = 1.0, .warmup_steps = 500});
///     for (...) optimizer.step(parameters);
///     et::to_average(optimizer, parameters);
///
/// Options and results are schedulefree.SGDScheduleFree's. Throws std::invalid_argument for options
/// out of range.
template <class S>
using ScheduleFreeSgd =
    Named<S, ScheduleFreeSgdOptions, schedule_free_sgd<Later<S, ScheduleFreeSgdOptions>>>;

}  // namespace eigentrain
