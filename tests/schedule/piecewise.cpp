// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/piecewise.hpp"

#include <stdexcept>

#include "eigentrain/schedule/schedule.hpp"
#include "schedule/closed_form.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using eigentrain::piecewise_constant;
using eigentrain::piecewise_linear;
using eigentrain::Schedule;
using namespace eigentrain::test;

TEST_CASE("piecewise constant rates begin exactly at their boundaries", "[schedule]") {
  const auto rate = piecewise_constant({.values = {0.1, 0.02, 0.3, 0.0}, .boundaries = {3, 4, 9}});
  const double expected[] = {0.1, 0.1, 0.1, 0.02, 0.3, 0.3, 0.3, 0.3, 0.3, 0.0, 0.0};
  for (int step = 0; step < 11; ++step) CHECK(rate(step) == expected[step]);
  CHECK(rate(far_away) == 0.0);
  CHECK(piecewise_constant({.values = {0.5}, .boundaries = {}})(far_away) == 0.5);
}

TEST_CASE("piecewise linear rates are lines between points", "[schedule]") {
  const std::vector<std::int64_t> steps = {3, 4, 10, 1000};
  const std::vector<double> values = {0.2, 0.5, 0.0, 0.7};
  const auto rate = piecewise_linear({.steps = steps, .values = values});
  CHECK(worst_ulps(rate, 1100, [&](std::int64_t t) -> long double {
          if (t < steps.front()) return values.front();
          for (std::size_t k = 0; k + 1 < steps.size(); ++k) {
            if (t >= steps[k + 1]) continue;
            const long double x = static_cast<long double>(t - steps[k]) /
                                  static_cast<long double>(steps[k + 1] - steps[k]);
            return values[k] * (1 - x) + values[k + 1] * x;
          }
          return values.back();
        }) <= 4.0);
  for (std::size_t k = 0; k < steps.size(); ++k) CHECK(rate(steps[k]) == values[k]);
  CHECK(rate(0) == 0.2);
  CHECK(rate(far_away) == 0.7);
  CHECK(piecewise_linear({.steps = {7}, .values = {0.5}})(1) == 0.5);
  CHECK(hash_steps(rate, 1000) == 0xbc430f8caf537a14);
}

TEST_CASE("piecewise linear rates have Optax's values of a linear one-cycle", "[schedule]") {
  // linear_onecycle_schedule(10, 1000, .3, .7, 10, 100)
  const double expected[] = {100, 400, 700, 1000, 775, 550, 325, 100, 67, 34, 1};
  const auto rate =
      piecewise_linear({.steps = {0, 3, 7, 10}, .values = {100.0, 1000.0, 100.0, 1.0}});
  for (int step = 0; step < 11; ++step) CHECK(ulps(rate(step), expected[step]) <= 1.0);
}

TEST_CASE("calling a schedule with lists never allocates", "[schedule]") {
  const Schedule stairs = piecewise_constant({.values = {0.1, 0.2}, .boundaries = {5}});
  const Schedule lines = piecewise_linear({.steps = {0, 9}, .values = {0.1, 0.2}});
  double sum = 0.0;
  const std::int64_t before = allocations();
  for (std::int64_t step = 0; step < 20; ++step) sum += stairs(step) + lines(step);
  CHECK(allocations() == before);
  CHECK(sum > 0.0);
}

TEST_CASE("piecewise rates refuse bad options", "[schedule]") {
  for (const double bad : {-1.0, not_a_number, infinity}) {
    CHECK_THROWS_AS(piecewise_constant({.values = {0.1, bad}, .boundaries = {3}}),
                    std::invalid_argument);
    CHECK_THROWS_AS(piecewise_linear({.steps = {0, 3}, .values = {0.1, bad}}),
                    std::invalid_argument);
  }
  CHECK_THROWS_WITH(piecewise_constant({.values = {0.1, 0.2}, .boundaries = {}}),
                    "piecewise_constant: there must be one boundary fewer than values, got 0 "
                    "boundaries and 2 values");
  CHECK_THROWS_AS(piecewise_constant({}), std::invalid_argument);
  CHECK_THROWS_AS(piecewise_constant({.values = {0.1, 0.2}, .boundaries = {0}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(piecewise_constant({.values = {1, 2, 3}, .boundaries = {4, 4}}),
                  std::invalid_argument);
  CHECK_THROWS_WITH(piecewise_linear({.steps = {1}, .values = {}}),
                    "piecewise_linear: there must be a value for each of one or more steps, got 0 "
                    "values and 1 steps");
  CHECK_THROWS_AS(piecewise_linear({}), std::invalid_argument);
  CHECK_THROWS_AS(piecewise_linear({.steps = {-1, 3}, .values = {1, 2}}), std::invalid_argument);
  CHECK_THROWS_AS(piecewise_linear({.steps = {3, 3}, .values = {1, 2}}), std::invalid_argument);
  CHECK_THROWS_WITH(piecewise_linear({.steps = {1}, .values = {1}})(-1),
                    "piecewise_linear: step must be at least 0, got -1");
}
