// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/warmup.hpp"

#include <stdexcept>

#include "eigentrain/schedule/step.hpp"
#include "schedule/oracle.hpp"
#include "support/catch.hpp"

using eigentrain::cosine_decay;
using eigentrain::Schedule;
using eigentrain::step_decay;
using eigentrain::warmup;
using eigentrain::WarmupOptions;
using eigentrain::WarmupShape;
using namespace eigentrain::test;

TEST_CASE("each warm-up is its closed form, then what follows from its step 0", "[schedule]") {
  const double start = 0.01, peak = 0.3;
  const Schedule then = cosine_decay({.initial = peak, .final = 0.001, .steps = 50});
  for (const std::int64_t steps : {1, 2, 7, 100}) {
    for (const auto shape : {WarmupShape::linear, WarmupShape::exponential, WarmupShape::cosine}) {
      const auto rate = warmup({.steps = steps, .start = start, .then = then, .shape = shape});
      double worst = 0.0;
      for (std::int64_t step = 0; step < steps; ++step) {
        const long double x = static_cast<long double>(step) / static_cast<long double>(steps);
        long double expected = start + (static_cast<long double>(peak) - start) * x;
        if (shape == WarmupShape::exponential) {
          expected = start * std::pow(static_cast<long double>(peak) / start, x);
        } else if (shape == WarmupShape::cosine) {
          expected = cosine(start, peak, step, steps);
        }
        worst = std::max(worst, ulps(rate(step), expected));
      }
      CAPTURE(steps, static_cast<int>(shape));
      CHECK(worst <= 8.0);
      CHECK(rate(0) == start);
      int differing = 0;
      for (std::int64_t step = 0; step < 60; ++step) differing += rate(steps + step) != then(step);
      CHECK(differing == 0);
      CHECK(rate(steps) == peak);
      CHECK(rate(far_away) == 0.001);
    }
  }
}

TEST_CASE("warm-up and cosine have Optax's values", "[schedule]") {
  // warmup_cosine_decay_schedule(0.0, 1.0, warmup_steps=4, decay_steps=8): four steps up, then
  // 0.5·(1 + cos(πk/4)).
  const double expected[] = {
      0.0, 0.25, 0.5, 0.75, 1.0, 0.85355339059327373, 0.5, 0.14644660940672624, 0.0, 0.0};
  const auto rate = warmup({.steps = 4, .then = cosine_decay({.initial = 1.0, .steps = 4})});
  for (int step = 0; step < 10; ++step) CHECK(ulps(rate(step), expected[step]) <= 2.0);
}

TEST_CASE("warm-up and cosine have PyTorch's values", "[schedule]") {
  // SequentialLR of LinearLR(1/4, 1, 3) and CosineAnnealingLR(6, 0.05), milestone 3, from 1, by
  // tests/golden/schedules.py
  const double expected[] = {
      0.25, 0.5, 0.75, 1.0, 0.93636206679760847, 0.7625, 0.525, 0.2875, 0.11363793320239163, 0.05};
  const auto rate = warmup({.steps = 3,
                            .start = 0.25,
                            .then = cosine_decay({.initial = 1.0, .final = 0.05, .steps = 6})});
  for (int step = 0; step < 10; ++step) CHECK(ulps(rate(step), expected[step]) <= 8.0);
}

TEST_CASE("warm-up goes before a number, a function and another warm-up", "[schedule]") {
  CHECK(warmup({.steps = 10})(5) == 5e-4);
  CHECK(warmup({.steps = 10, .then = 0.5})(10) == 0.5);
  CHECK(warmup({.steps = 10, .then = 0.5})(5) == 0.25);
  const auto own = warmup({.steps = 2, .then = [](std::int64_t t) { return 1.0 / double(t + 1); }});
  CHECK(own(1) == 0.5);
  CHECK(own(2) == 1.0);
  CHECK(own(5) == 0.25);
  const auto stairs = step_decay({.initial = 1.0, .factor = 0.5, .period = 2});
  const auto twice = warmup(
      {.steps = 4, .start = 0.0, .then = warmup({.steps = 4, .start = 0.5, .then = stairs})});
  const double expected[] = {0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0, 1.0, 0.5};
  for (int step = 0; step < 11; ++step) CHECK(twice(step) == expected[step]);
}

TEST_CASE("warm-up may fall", "[schedule]") {
  CHECK(warmup({.steps = 4, .start = 1.0, .then = 0.5})(2) == 0.75);
  CHECK(warmup({.steps = 4, .start = 1.0, .then = 0.0})(3) == 0.25);
}

TEST_CASE("warm-up survives any number of steps", "[schedule]") {
  const auto rate = warmup({.steps = far_away, .then = cosine_decay({.initial = 0.5, .steps = 9})});
  CHECK(rate(0) == 0.0);
  CHECK(rate(far_away / 2) == 0.25);
  CHECK(rate(far_away) == 0.5);
  CHECK(rate(std::numeric_limits<std::int64_t>::max()) == 0.0);
}

TEST_CASE("warm-up refuses bad options", "[schedule]") {
  const Schedule broken = [](std::int64_t) { return not_a_number; };
  const Schedule negative = [](std::int64_t) { return -1.0; };
  const WarmupOptions bad[] = {
      {},
      {.steps = 0},
      {.steps = -5},
      {.steps = 9, .start = -1.0},
      {.steps = 9, .start = not_a_number},
      {.steps = 9, .start = infinity},
      {.steps = 9, .then = broken},
      {.steps = 9, .then = negative},
      {.steps = 9, .shape = WarmupShape::exponential},
      {.steps = 9, .start = 0.1, .then = 0.0, .shape = WarmupShape::exponential},
      {.steps = 9, .start = 1e-200, .then = 1e200, .shape = WarmupShape::exponential},
      {.steps = 9, .start = 1e200, .then = 1e-200, .shape = WarmupShape::exponential},
      {.steps = 9, .shape = static_cast<WarmupShape>(7)}};
  for (const WarmupOptions& options : bad) {
    CAPTURE(options.steps, options.start, static_cast<int>(options.shape));
    CHECK_THROWS_AS(warmup(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(warmup({.steps = 9, .then = broken}),
                    ContainsSubstring("warmup: then(0) must be in [0, inf), got"));
  CHECK_THROWS_WITH(warmup({.steps = 9})(-1), "warmup: step must be at least 0, got -1");
}
