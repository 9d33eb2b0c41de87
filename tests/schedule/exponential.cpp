// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/exponential.hpp"

#include <stdexcept>

#include "eigentrain/schedule/step.hpp"
#include "schedule/oracle.hpp"
#include "support/catch.hpp"

using eigentrain::exponential_decay;
using eigentrain::ExponentialDecayOptions;
using eigentrain::step_decay;
using namespace eigentrain::test;

TEST_CASE("exponential decay is its closed form at every step", "[schedule]") {
  for (const double factor : {0.1, 0.5, 0.97, 0.999, 1.0, 1.01}) {
    for (const std::int64_t period : {1, 3, 10, 1000}) {
      const auto rate = exponential_decay({.initial = 0.3, .factor = factor, .period = period});
      double worst = 0.0;
      for (std::int64_t step = 0; step < 300 * period; step += 1 + period / 7) {
        const long double exponent =
            static_cast<long double>(step) / static_cast<long double>(period);
        const long double expected = 0.3L * std::pow(static_cast<long double>(factor), exponent);
        if (expected < 1e-307L) break;
        const double periods = static_cast<double>(step / period);
        worst = std::max(worst, ulps(rate(step), expected) / (4.0 + periods));
      }
      CHECK(worst <= 1.0);
    }
  }
}

TEST_CASE("a staircase is step decay", "[schedule]") {
  const auto stairs =
      exponential_decay({.initial = 0.3, .factor = 0.7, .period = 13, .staircase = true});
  const auto step = step_decay({.initial = 0.3, .factor = 0.7, .period = 13});
  const auto smooth = exponential_decay({.initial = 0.3, .factor = 0.7, .period = 13});
  for (std::int64_t t = 0; t < 500; ++t) {
    CHECK(stairs(t) == step(t));
    if (t % 13 == 0) {
      CHECK(smooth(t) == step(t));
    } else {
      CHECK(smooth(t) < step(t));
    }
  }
}

TEST_CASE("exponential decay has PyTorch's values", "[schedule]") {
  // ExponentialLR(gamma=0.9) from 0.1, by tests/golden/schedules.py
  const double expected[] = {0.1, 0.09, 0.081, 0.0729, 0.06561, 0.059049, 0.0531441};
  const auto rate = exponential_decay({.initial = 0.1, .factor = 0.9});
  for (int step = 0; step < 7; ++step) CHECK(ulps(rate(step), expected[step]) <= 8.0);
}

TEST_CASE("exponential decay survives any number of steps", "[schedule]") {
  const auto slow = exponential_decay({.initial = 0.5, .factor = 0.25, .period = far_away});
  CHECK(slow(0) == 0.5);
  CHECK(ulps(slow(far_away / 2), 0.25) <= 2.0);
  CHECK(slow(far_away) == 0.125);
  CHECK(exponential_decay({.initial = 0.5, .factor = 0.9})(far_away) == 0.0);
  CHECK(exponential_decay({.initial = 0.5, .factor = 1.0, .period = 7})(far_away) == 0.5);
  CHECK(exponential_decay({.initial = 0.0, .factor = 3.0})(far_away) == 0.0);
}

TEST_CASE("exponential decay refuses bad options", "[schedule]") {
  const ExponentialDecayOptions bad[] = {{.initial = -1.0, .factor = 0.9},
                                         {.initial = not_a_number, .factor = 0.9},
                                         {.initial = infinity, .factor = 0.9},
                                         {.factor = 0.0},
                                         {.factor = -0.5},
                                         {.factor = not_a_number},
                                         {.factor = infinity},
                                         {.factor = 0.9, .period = 0},
                                         {.factor = 0.9, .period = -5},
                                         {}};
  for (const ExponentialDecayOptions& options : bad) {
    CAPTURE(options.initial, options.factor, options.period);
    CHECK_THROWS_AS(exponential_decay(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(exponential_decay({.factor = -0.5}),
                    "exponential_decay: factor must be in (0, inf), got -0.5");
  CHECK_THROWS_WITH(exponential_decay({.factor = 0.9})(-1),
                    "exponential_decay: step must be at least 0, got -1");
}
