// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/combine.hpp"

#include <limits>
#include <stdexcept>

#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/step.hpp"
#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::exponential_decay;
using eigentrain::multiply_schedules;
using eigentrain::repeat_schedule;
using eigentrain::scale_schedule;
using eigentrain::Schedule;
using eigentrain::step_decay;
using namespace eigentrain::test;

TEST_CASE("a product is the product at every step, and has PyTorch's values", "[schedule]") {
  const Schedule falling = exponential_decay({.initial = 0.4, .factor = 0.9});
  const Schedule stairs = step_decay({.initial = 1.0, .factor = 0.5, .period = 3});
  const auto both = multiply_schedules(falling, stairs);
  int differing = 0;
  for (std::int64_t t = 0; t < 1000; ++t) differing += both(t) != falling(t) * stairs(t);
  CHECK(differing == 0);
  CHECK(worst_relative(both, golden::schedules::product) <= 1e-14);
  const auto scaled = scale_schedule(falling, 0.3);
  for (std::int64_t t = 0; t < 1000; ++t) differing += scaled(t) != falling(t) * 0.3;
  CHECK(differing == 0);
  CHECK(scale_schedule(0.5, 0.5)(far_away) == 0.25);
  CHECK(Schedule(scale_schedule(both, 2.0))(1) == 2.0 * both(1));
}

TEST_CASE("a repeated schedule begins again in its exact step", "[schedule]") {
  const Schedule counted = [](std::int64_t step) { return static_cast<double>(step); };
  const auto forever = repeat_schedule({.schedule = counted, .period = 7});
  for (std::int64_t t = 0; t < 50; ++t) CHECK(forever(t) == static_cast<double>(t % 7));
  CHECK(forever(7'000'000'000'000) == 0.0);
  CHECK(forever(6'999'999'999'999) == 6.0);
  const auto thrice = repeat_schedule({.schedule = counted, .period = 7, .times = 3});
  for (std::int64_t t = 0; t < 21; ++t) CHECK(thrice(t) == static_cast<double>(t % 7));
  CHECK(thrice(21) == 6.0);
  CHECK(thrice(far_away) == 6.0);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  CHECK(repeat_schedule({.schedule = 0.5, .period = most, .times = most})(most) == 0.5);
}

TEST_CASE("combinations refuse bad options", "[schedule]") {
  for (const double bad : {-1.0, not_a_number, infinity}) {
    CHECK_THROWS_AS(scale_schedule(0.1, bad), std::invalid_argument);
    CHECK_THROWS_AS(multiply_schedules(0.1, bad), std::invalid_argument);
  }
  CHECK_THROWS_WITH(scale_schedule(0.1, -1.0),
                    "scale_schedule: factor must be in [0, inf), got -1");
  CHECK_THROWS_WITH(repeat_schedule({}), "repeat_schedule: period must be at least 1, got 0");
  CHECK_THROWS_AS(repeat_schedule({.period = -5}), std::invalid_argument);
  CHECK_THROWS_AS(repeat_schedule({.period = 5, .times = -1}), std::invalid_argument);
  CHECK_THROWS_WITH(repeat_schedule({.period = 5})(-1),
                    "repeat_schedule: step must be at least 0, got -1");
}
