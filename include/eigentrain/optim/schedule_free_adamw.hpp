// SPDX-License-Identifier: MIT
// Schedule-free AdamW.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/corrected_rms.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/to_average.hpp"

namespace eigentrain {

/// The options of schedule_free_adamw().
struct ScheduleFreeAdamWOptions {
  Schedule learning_rate = 2.5e-3;  ///< η ≥ 0; a number, as no schedule is needed
  double beta1 = 0.9;               ///< in (0, 1)
  double beta2 = 0.999;             ///< in [0, 1)
  double epsilon = 1e-8;            ///< > 0
  double weight_decay = 0.0;        ///< λ ≥ 0, decoupled, at y
  std::int64_t warmup_steps = 0;    ///< of a linear warm-up, ≥ 0
  double r = 0.0;                   ///< step t weighs tʳ in the average, ≥ 0
  double weight_lr_power = 2.0;     ///< and the largest rate so far to this power, ≥ 0
};

/// Schedule-free AdamW as a sequence, for use inside chain(): corrected_rms_direction,
/// decay_weights, schedule_free.
///
///     auto optimizer =
///         et::chain<float>(et::clip_by_global_norm(1.0), et::schedule_free_adamw({}));
template <std::same_as<ScheduleFreeAdamWOptions> Options = ScheduleFreeAdamWOptions>
auto schedule_free_adamw(const Options& options) {
  return sequence(corrected_rms_direction({.beta = options.beta2, .epsilon = options.epsilon}),
                  decay_weights(options.weight_decay),
                  schedule_free({.learning_rate = options.learning_rate,
                                 .momentum = options.beta1,
                                 .warmup_steps = options.warmup_steps,
                                 .r = options.r,
                                 .weight_lr_power = options.weight_lr_power}));
}

/// AdamW that needs no schedule, as it averages; see schedule_free() for what it does, and
/// to_average(), which must be called before the weights are used. Two state values a parameter,
/// like AdamW.
///
///     et::ScheduleFreeAdamW<float> optimizer({.warmup_steps = 500});
///     for (...) optimizer.step(parameters);
///     et::to_average(optimizer, parameters);
///
/// Options and results are schedulefree.AdamWScheduleFree's, in whose first versions the second
/// moment's correction was a factor on the rate. Throws std::invalid_argument for options out of
/// range.
template <class S>
using ScheduleFreeAdamW =
    Named<S, ScheduleFreeAdamWOptions, schedule_free_adamw<Later<S, ScheduleFreeAdamWOptions>>>;

}  // namespace eigentrain
