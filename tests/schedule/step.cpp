// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/step.hpp"

#include <stdexcept>

#include "eigentrain/schedule/schedule.hpp"
#include "schedule/oracle.hpp"
#include "support/catch.hpp"

using eigentrain::step_decay;
using eigentrain::StepDecayOptions;
using namespace eigentrain::test;

TEST_CASE("step decay is its closed form at every step", "[schedule]") {
  for (const double factor : {0.1, 0.5, 0.97, 1.0, 1.01}) {
    for (const std::int64_t period : {1, 3, 10, 1000}) {
      const auto rate = step_decay({.initial = 0.3, .factor = factor, .period = period});
      double worst = 0.0;
      for (std::int64_t step = 0; step < 300 * period; step += 1 + period / 7) {
        const std::int64_t stairs = step / period;
        const long double expected =
            0.3L * std::pow(static_cast<long double>(factor), static_cast<long double>(stairs));
        if (expected < 1e-307L) break;
        worst = std::max(worst, ulps(rate(step), expected) / static_cast<double>(2 + stairs));
      }
      CHECK(worst <= 1.0);
    }
  }
}

TEST_CASE("step decay changes exactly at multiples of its period", "[schedule]") {
  const auto rate = step_decay({.initial = 0.8, .factor = 0.5, .period = 30});
  CHECK(rate(0) == 0.8);
  CHECK(rate(29) == 0.8);
  CHECK(rate(30) == 0.4);
  CHECK(rate(59) == 0.4);
  CHECK(rate(60) == 0.2);
}

TEST_CASE("step decay has PyTorch's values", "[schedule]") {
  // StepLR(step_size=3, gamma=0.1) from 0.5, by tests/golden/schedules.py
  const double expected[] = {0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.005, 0.005, 0.005, 0.0005};
  const auto rate = step_decay({.initial = 0.5, .period = 3});
  for (int step = 0; step < 10; ++step) CHECK(ulps(rate(step), expected[step]) <= 4.0);
}

TEST_CASE("step decay survives any number of steps", "[schedule]") {
  CHECK(step_decay({.initial = 0.5, .factor = 0.5, .period = far_away})(far_away - 1) == 0.5);
  CHECK(step_decay({.initial = 0.5, .factor = 0.5, .period = far_away})(far_away) == 0.25);
  CHECK(step_decay({.initial = 0.5, .factor = 0.9, .period = 1})(far_away) == 0.0);
  CHECK(step_decay({.initial = 0.5, .factor = 1.0, .period = 1})(far_away) == 0.5);
  CHECK(step_decay({.initial = 0.5, .factor = 2.0, .period = 1})(far_away) == infinity);
  CHECK(step_decay({.initial = 0.0, .period = 1})(far_away) == 0.0);
  CHECK(step_decay({.initial = 0.0, .factor = 2.0, .period = 1})(far_away) == 0.0);
}

TEST_CASE("step decay refuses bad options", "[schedule]") {
  const StepDecayOptions bad[] = {{.initial = -1.0, .period = 1},
                                  {.initial = not_a_number, .period = 1},
                                  {.initial = infinity, .period = 1},
                                  {.factor = 0.0, .period = 1},
                                  {.factor = -0.5, .period = 1},
                                  {.factor = not_a_number, .period = 1},
                                  {.factor = infinity, .period = 1},
                                  {.period = 0},
                                  {.period = -5},
                                  {}};
  for (const StepDecayOptions& options : bad) {
    CAPTURE(options.initial, options.factor, options.period);
    CHECK_THROWS_AS(step_decay(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(step_decay({.period = 0}), "step_decay: period must be at least 1, got 0");
  CHECK_THROWS_WITH(step_decay({.period = 1})(-1), "step_decay: step must be at least 0, got -1");
}
