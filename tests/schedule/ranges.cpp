// SPDX-License-Identifier: MIT
// Every option's range, by the words with which another value is refused.
#include <limits>
#include <string>

#include "eigentrain/schedule/batch_rate.hpp"
#include "eigentrain/schedule/batch_size_by_noise.hpp"
#include "eigentrain/schedule/combine.hpp"
#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/cyclic.hpp"
#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/growing_batch_size.hpp"
#include "eigentrain/schedule/inverse_square_root.hpp"
#include "eigentrain/schedule/inverse_time.hpp"
#include "eigentrain/schedule/linear.hpp"
#include "eigentrain/schedule/multi_step.hpp"
#include "eigentrain/schedule/one_cycle.hpp"
#include "eigentrain/schedule/piecewise.hpp"
#include "eigentrain/schedule/plateau.hpp"
#include "eigentrain/schedule/polynomial.hpp"
#include "eigentrain/schedule/range_test.hpp"
#include "eigentrain/schedule/restarts.hpp"
#include "eigentrain/schedule/step.hpp"
#include "eigentrain/schedule/warmup.hpp"
#include "eigentrain/schedule/warmup_stable_decay.hpp"
#include "support/catch.hpp"

using namespace eigentrain;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::string is_in(const std::string& option, const std::string& range) {
  return option + " must be in " + range + ", got nan";
}
const std::string rates = "[0, inf)", positive = "(0, inf)";

}  // namespace

TEST_CASE("decays say what their options may be") {
  CHECK_THROWS_WITH(cosine_decay({.initial = none, .steps = 9}),
                    is_in("cosine_decay: initial", rates));
  CHECK_THROWS_WITH(cosine_decay({.final = none, .steps = 9}), is_in("cosine_decay: final", rates));
  CHECK_THROWS_WITH(linear_decay({.initial = none, .steps = 9}),
                    is_in("linear_decay: initial", rates));
  CHECK_THROWS_WITH(linear_decay({.final = none, .steps = 9}), is_in("linear_decay: final", rates));
  CHECK_THROWS_WITH(polynomial_decay({.initial = none, .steps = 9}),
                    is_in("polynomial_decay: initial", rates));
  CHECK_THROWS_WITH(polynomial_decay({.final = none, .steps = 9}),
                    is_in("polynomial_decay: final", rates));
  CHECK_THROWS_WITH(exponential_decay({.initial = none, .factor = 0.5}),
                    is_in("exponential_decay: initial", rates));
  CHECK_THROWS_WITH(inverse_time_decay({.initial = none}),
                    is_in("inverse_time_decay: initial", rates));
  CHECK_THROWS_WITH(inverse_time_decay({.factor = none}),
                    is_in("inverse_time_decay: factor", rates));
  CHECK_THROWS_WITH(step_decay({.initial = none, .period = 9}),
                    is_in("step_decay: initial", rates));
  CHECK_THROWS_WITH(step_decay({.factor = none, .period = 9}),
                    is_in("step_decay: factor", positive));
  CHECK_THROWS_WITH(multi_step_decay({.initial = none, .boundaries = {3}}),
                    is_in("multi_step_decay: initial", rates));
  CHECK_THROWS_WITH(multi_step_decay({.factor = none, .boundaries = {3}}),
                    is_in("multi_step_decay: factor", positive));
}

TEST_CASE("cycles say what their options may be") {
  CHECK_THROWS_WITH(cyclic({.base = none}), is_in("cyclic: base", rates));
  CHECK_THROWS_WITH(cyclic({.peak = none}), is_in("cyclic: peak", rates));
  CHECK_THROWS_WITH(cyclic({.shape = CyclicShape::exp_range, .factor = none}),
                    is_in("cyclic: factor", "(0, 1]"));
  CHECK_THROWS_WITH(cosine_restarts({.initial = none, .period = 9}),
                    is_in("cosine_restarts: initial", rates));
  CHECK_THROWS_WITH(cosine_restarts({.final = none, .period = 9}),
                    is_in("cosine_restarts: final", rates));
  CHECK_THROWS_WITH(cosine_restarts({.period = 9, .factor = none}),
                    is_in("cosine_restarts: factor", "(0, 1]"));
  CHECK_THROWS_WITH(one_cycle({.peak = none, .steps = 9}), is_in("one_cycle: peak", rates));
  CHECK_THROWS_WITH(one_cycle({.steps = 9, .rise = none}), is_in("one_cycle: rise", "[0, 1)"));
  CHECK_THROWS_WITH(one_cycle({.steps = 9, .rise = none, .three_phases = true}),
                    is_in("one_cycle: rise", "[0, 0.5]"));
  CHECK_THROWS_WITH(one_cycle({.steps = 9, .start_divisor = none}),
                    is_in("one_cycle: start_divisor", "[1, inf)"));
  CHECK_THROWS_WITH(one_cycle({.steps = 9, .final_divisor = none}),
                    is_in("one_cycle: final_divisor", "[1, inf)"));
  CHECK_THROWS_WITH(one_cycle({.steps = 9, .lowest_momentum = none}),
                    is_in("one_cycle: lowest_momentum", "[0, 1)"));
  CHECK_THROWS_WITH(one_cycle({.steps = 9, .highest_momentum = none}),
                    is_in("one_cycle: highest_momentum", "[0, 1)"));
  CHECK_THROWS_WITH(learning_rate_range_test({.lowest = none}, [](double) { return 1.0; }),
                    is_in("learning_rate_range_test: lowest", positive));
  CHECK_THROWS_WITH(
      learning_rate_range_test({.lowest = 0.5, .highest = none}, [](double) { return 1.0; }),
      is_in("learning_rate_range_test: highest", "(0.5, inf)"));
  CHECK_THROWS_WITH(learning_rate_range_test({.smoothing = none}, [](double) { return 1.0; }),
                    is_in("learning_rate_range_test: smoothing", "[0, 1)"));
  CHECK_THROWS_WITH(learning_rate_range_test({.divergence = none}, [](double) { return 1.0; }),
                    is_in("learning_rate_range_test: divergence", "(1, inf]"));
}

TEST_CASE("warm-ups say what their options may be") {
  CHECK_THROWS_WITH(warmup({.steps = 9, .start = none}), is_in("warmup: start", rates));
  const auto exponential = [](double start, double then) {
    return warmup({.steps = 9, .start = start, .then = then, .shape = WarmupShape::exponential});
  };
  CHECK_THROWS_WITH(exponential(0.0, 1.0),
                    "warmup: start of an exponential warm-up must be in (0, inf), got 0");
  CHECK_THROWS_WITH(exponential(1.0, 0.0),
                    "warmup: then(0) after an exponential warm-up must be in (0, inf), got 0");
  CHECK_THROWS_WITH(
      exponential(1e-300, 1e300),
      "warmup: then(0) / start of an exponential warm-up must be in (0, inf), got inf");
  CHECK_THROWS_WITH(inverse_square_root({.peak = none, .warmup = 9}),
                    is_in("inverse_square_root: peak", rates));
  CHECK_THROWS_WITH(inverse_square_root({.warmup = 9, .start = none}),
                    is_in("inverse_square_root: start", rates));
  CHECK_THROWS_WITH(noam({.scale = none}), is_in("noam: scale", rates));
  CHECK_THROWS_WITH(warmup_stable_decay({.peak = none, .decay = 9}),
                    is_in("warmup_stable_decay: peak", rates));
  CHECK_THROWS_WITH(warmup_stable_decay({.decay = 9, .start = none}),
                    is_in("warmup_stable_decay: start", rates));
  CHECK_THROWS_WITH(warmup_stable_decay({.decay = 9, .final = none}),
                    is_in("warmup_stable_decay: final", rates));
}

TEST_CASE("what depends on the training says what its options may be") {
  CHECK_THROWS_WITH(ReduceOnPlateau({.initial = none}), is_in("reduce_on_plateau: initial", rates));
  CHECK_THROWS_WITH(ReduceOnPlateau({.factor = none}),
                    is_in("reduce_on_plateau: factor", "(0, 1)"));
  CHECK_THROWS_WITH(ReduceOnPlateau({.threshold = none}),
                    is_in("reduce_on_plateau: threshold", rates));
  CHECK_THROWS_WITH(ReduceOnPlateau({.lowest = none}), is_in("reduce_on_plateau: lowest", rates));
  CHECK_THROWS_WITH(ReduceOnPlateau({.epsilon = none}), is_in("reduce_on_plateau: epsilon", rates));
  ReduceOnPlateau plateau({});
  CHECK_THROWS_WITH(plateau.update(none), is_in("reduce_on_plateau: metric", "(-inf, inf)"));
  CHECK_THROWS_WITH(plateau.restore({.best = none}),
                    is_in("reduce_on_plateau: the state's best", "(-inf, inf)"));
  CHECK_THROWS_WITH(BatchSizeByNoise({.largest = 9, .share = none}),
                    is_in("BatchSizeByNoise: share", positive));
  CHECK_THROWS_WITH(BatchSizeByNoise({.largest = 9, .margin = none}),
                    is_in("BatchSizeByNoise: margin", "[1, inf)"));
  CHECK_THROWS_WITH(scale_rate_with_batch(none, 1, 2),
                    is_in("scale_rate_with_batch: base_rate", rates));
}

TEST_CASE("counts say where they begin") {
  const auto above = [](const std::string& count, int least) {
    return count + " must be at least " + std::to_string(least) + ", got " +
           std::to_string(least - 1);
  };
  CHECK_THROWS_WITH(linear_decay({.steps = 0}), above("linear_decay: steps", 1));
  CHECK_THROWS_WITH(linear_decay({.steps = 1})(-1), above("linear_decay: step", 0));
  CHECK_THROWS_WITH(polynomial_decay({.steps = 0}), above("polynomial_decay: steps", 1));
  CHECK_THROWS_WITH(cosine_decay({.steps = 1})(-1), above("cosine_decay: step", 0));
  CHECK_THROWS_WITH(exponential_decay({.factor = 0.5, .period = 0}),
                    above("exponential_decay: period", 1));
  CHECK_THROWS_WITH(inverse_square_root({.warmup = -1}), above("inverse_square_root: warmup", 0));
  CHECK_THROWS_WITH(inverse_square_root({.warmup = 9, .timescale = -1}),
                    above("inverse_square_root: timescale", 0));
  CHECK_THROWS_WITH(inverse_square_root({.warmup = 9})(-1), above("inverse_square_root: step", 0));
  CHECK_THROWS_WITH(noam({.model_size = 0}), above("noam: model_size", 1));
  CHECK_THROWS_WITH(noam({.warmup = 0}), above("noam: warmup", 1));
  CHECK_THROWS_WITH(piecewise_constant({.values = {1.0}})(-1),
                    above("piecewise_constant: step", 0));
  CHECK_THROWS_WITH(repeat_schedule({.period = 9, .times = -1}),
                    above("repeat_schedule: times", 0));
  CHECK_THROWS_WITH(cyclic({.rise = 0}), above("cyclic: rise", 1));
  CHECK_THROWS_WITH(cyclic({.fall = -1}), above("cyclic: fall", 0));
  CHECK_THROWS_WITH(cosine_restarts({.period = 9, .multiplier = 0}),
                    above("cosine_restarts: multiplier", 1));
  CHECK_THROWS_WITH(cosine_restarts({.period = 9, .cycles = -1}),
                    above("cosine_restarts: cycles", 0));
  CHECK_THROWS_WITH(warmup({.steps = 0}), above("warmup: steps", 1));
  CHECK_THROWS_WITH(warmup_stable_decay({.warmup = -1, .decay = 9}),
                    above("warmup_stable_decay: warmup", 0));
  CHECK_THROWS_WITH(warmup_stable_decay({.stable = -1, .decay = 9}),
                    above("warmup_stable_decay: stable", 0));
  CHECK_THROWS_WITH(ReduceOnPlateau({.patience = -1}), above("reduce_on_plateau: patience", 0));
  CHECK_THROWS_WITH(ReduceOnPlateau({.cooldown = -1}), above("reduce_on_plateau: cooldown", 0));
  CHECK_THROWS_WITH(BatchSizeByNoise({.smallest = 0, .largest = 9}),
                    above("BatchSizeByNoise: smallest", 1));
  CHECK_THROWS_WITH(BatchSizeByNoise({.smallest = 8, .largest = 7}),
                    above("BatchSizeByNoise: largest", 8));
  CHECK_THROWS_WITH(BatchSizeByNoise({.largest = 9, .multiple = 0}),
                    above("BatchSizeByNoise: multiple", 1));
  const auto growing = [](const GrowingBatchSizeOptions& options) {
    return growing_batch_size(options);
  };
  CHECK_THROWS_WITH(growing({.initial = 0, .every = 9, .largest = 64}),
                    above("growing_batch_size: initial", 1));
  CHECK_THROWS_WITH(growing({.factor = 0, .every = 9, .largest = 64}),
                    above("growing_batch_size: factor", 1));
  CHECK_THROWS_WITH(growing({.every = 0, .largest = 64}), above("growing_batch_size: every", 1));
  CHECK_THROWS_WITH(growing({.every = 9, .largest = 31}), above("growing_batch_size: largest", 32));
}
