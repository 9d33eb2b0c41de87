// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/inverse_time.hpp"

#include <stdexcept>

#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::inverse_time_decay;
using eigentrain::InverseTimeDecayOptions;
using namespace eigentrain::test;

TEST_CASE("inverse time decay is its closed form at every step", "[schedule]") {
  for (const double factor : {0.0, 0.1, 1.0, 7.0}) {
    for (const std::int64_t period : {1, 3, 1000}) {
      for (const bool staircase : {false, true}) {
        const auto rate = inverse_time_decay(
            {.initial = 0.3, .factor = factor, .period = period, .staircase = staircase});
        CAPTURE(factor, period, staircase);
        CHECK(worst_ulps(rate, 3500, [&](std::int64_t t) {
                const long double periods =
                    staircase ? static_cast<long double>(t / period)
                              : static_cast<long double>(t) / static_cast<long double>(period);
                return 0.3 / (1 + factor * periods);
              }) <= 3.0);
      }
    }
  }
}

TEST_CASE("inverse time decay at round places", "[schedule]") {
  const auto rate = inverse_time_decay({.initial = 0.5, .period = 1000});
  CHECK(rate(0) == 0.5);
  CHECK(rate(1000) == 0.25);
  CHECK(rate(3000) == 0.125);
  const auto stairs = inverse_time_decay({.initial = 0.5, .period = 1000, .staircase = true});
  CHECK(stairs(999) == 0.5);
  CHECK(stairs(1999) == 0.25);
  CHECK(rate(far_away) > 0.0);
  CHECK(inverse_time_decay({.initial = 0.5, .period = far_away})(far_away) == 0.25);
  CHECK(hash_steps(inverse_time_decay({.initial = 0.3, .factor = 0.7, .period = 13}), 1000) ==
        0x4d9ddd966ea67ac2);
}

TEST_CASE("inverse time decay refuses bad options", "[schedule]") {
  const InverseTimeDecayOptions bad[] = {
      {.initial = -1.0},        {.initial = not_a_number}, {.initial = infinity}, {.factor = -0.5},
      {.factor = not_a_number}, {.factor = infinity},      {.period = 0},         {.period = -5}};
  for (const InverseTimeDecayOptions& options : bad) {
    CAPTURE(options.initial, options.factor, options.period);
    CHECK_THROWS_AS(inverse_time_decay(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(inverse_time_decay({.period = 0}),
                    "inverse_time_decay: period must be at least 1, got 0");
  CHECK_THROWS_WITH(inverse_time_decay({})(-1),
                    "inverse_time_decay: step must be at least 0, got -1");
}
