// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/multi_step.hpp"

#include <stdexcept>

#include "eigentrain/schedule/schedule.hpp"
#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::multi_step_decay;
using eigentrain::MultiStepDecayOptions;
using namespace eigentrain::test;

TEST_CASE("multi-step decay is its closed form at every step", "[schedule]") {
  const std::vector<std::int64_t> boundaries = {1, 2, 10, 11, 500};
  const auto rate = multi_step_decay({.initial = 0.3, .factor = 0.7, .boundaries = boundaries});
  CHECK(worst_ulps(rate, 600, [&](std::int64_t t) {
          long double expected = 0.3;
          for (const std::int64_t boundary : boundaries) expected *= t >= boundary ? 0.7 : 1.0;
          return expected;
        }) <= 4.0);
  CHECK(rate(far_away) == rate(500));
}

TEST_CASE("multi-step decay changes exactly at its boundaries", "[schedule]") {
  constexpr std::int64_t far = 1'000'000'000'000;
  const eigentrain::Schedule rate =
      multi_step_decay({.initial = 0.8, .factor = 0.5, .boundaries = {far, far + 1, far_away}});
  CHECK(rate(far - 1) == 0.8);
  CHECK(rate(far) == 0.4);
  CHECK(rate(far + 1) == 0.2);
  CHECK(rate(far_away - 1) == 0.2);
  CHECK(rate(far_away) == 0.1);
  CHECK(multi_step_decay({.initial = 0.5})(far) == 0.5);
  CHECK(multi_step_decay({.initial = 0.0, .factor = 1e200, .boundaries = {1, 2}})(2) == 0.0);
}

TEST_CASE("multi-step decay has PyTorch's values, and bits of its own", "[schedule]") {
  CHECK(worst_relative(multi_step_decay({.initial = 0.7, .factor = 0.3, .boundaries = {3, 4, 9}}),
                       golden::schedules::multi_step) <= 1e-14);
  CHECK(hash_steps(multi_step_decay({.initial = 0.3, .factor = 0.7, .boundaries = {9, 400, 77777}}),
                   1000) == 0xddb6cd1f2188da17);
}

TEST_CASE("multi-step decay refuses bad options", "[schedule]") {
  const MultiStepDecayOptions bad[] = {{.initial = -1.0, .boundaries = {}},
                                       {.initial = not_a_number, .boundaries = {}},
                                       {.factor = 0.0, .boundaries = {}},
                                       {.factor = -0.1, .boundaries = {}},
                                       {.factor = not_a_number, .boundaries = {}},
                                       {.boundaries = {0}},
                                       {.boundaries = {-3}},
                                       {.boundaries = {5, 5}},
                                       {.boundaries = {5, 9, 8}}};
  for (const MultiStepDecayOptions& options : bad) {
    CHECK_THROWS_AS(multi_step_decay(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(multi_step_decay({.boundaries = {5, 9, 8}}),
                    "multi_step_decay: boundaries must rise from 1 on, but number 3 is 8, after 9");
  CHECK_THROWS_WITH(multi_step_decay({.boundaries = {5}})(-1),
                    "multi_step_decay: step must be at least 0, got -1");
}
