// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/join.hpp"

#include <stdexcept>

#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/step.hpp"
#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using eigentrain::exponential_decay;
using eigentrain::join_schedules;
using eigentrain::Schedule;
using eigentrain::step_decay;
using namespace eigentrain::test;

TEST_CASE("joined schedules begin at their own step 0", "[schedule]") {
  const Schedule counted = [](std::int64_t step) { return static_cast<double>(step); };
  constexpr std::int64_t far = 1'000'000'000'000;
  const Schedule joined =
      join_schedules({.schedules = {counted, 0.5, counted}, .boundaries = {3, far}});
  const double expected[] = {0, 1, 2, 0.5, 0.5};
  for (int step = 0; step < 5; ++step) CHECK(joined(step) == expected[step]);
  CHECK(joined(far - 1) == 0.5);
  CHECK(joined(far) == 0.0);
  CHECK(joined(far + 7) == 7.0);
  CHECK(join_schedules({.schedules = {counted}, .boundaries = {}})(far) == 1e12);
  std::int64_t taken = allocations_in([&] { CHECK(joined(5) == 0.5); });
  taken = allocations_in([&] { static_cast<void>(joined(far + 1)); });
  CHECK(taken == 0);
}

TEST_CASE("joined schedules have PyTorch's values", "[schedule]") {
  const auto rate =
      join_schedules({.schedules = {0.4, exponential_decay({.initial = 0.4, .factor = 0.9}),
                                    step_decay({.initial = 0.4, .factor = 0.5, .period = 2})},
                      .boundaries = {3, 8}});
  CHECK(worst_relative(rate, golden::schedules::joined) <= 1e-14);
}

TEST_CASE("joins refuse bad options", "[schedule]") {
  CHECK_THROWS_WITH(join_schedules({.schedules = {0.1, 0.2}, .boundaries = {3, 4}}),
                    "join_schedules: there must be one boundary fewer than schedules, got 2 "
                    "boundaries and 2 schedules");
  CHECK_THROWS_AS(join_schedules({}), std::invalid_argument);
  CHECK_THROWS_WITH(join_schedules({.schedules = {0.1, 0.2}, .boundaries = {0}}),
                    "join_schedules: boundaries must rise from 1 on, but number 1 is 0");
  CHECK_THROWS_AS(join_schedules({.schedules = {0.1, 0.2, 0.3}, .boundaries = {5, 5}}),
                  std::invalid_argument);
  CHECK_THROWS_WITH(join_schedules({.schedules = {0.1}, .boundaries = {}})(-1),
                    "join_schedules: step must be at least 0, got -1");
}
