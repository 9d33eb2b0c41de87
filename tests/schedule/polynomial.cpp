// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/polynomial.hpp"

#include <stdexcept>

#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::polynomial_decay;
using eigentrain::PolynomialDecayOptions;
using namespace eigentrain::test;

TEST_CASE("polynomial decay is its closed form at every step", "[schedule]") {
  for (const double final : {0.0, 1e-5, 0.02}) {
    for (const double power : {0.25, 0.5, 0.9, 1.0, 2.0, 3.5}) {
      for (const std::int64_t steps : {1, 3, 10, 1000}) {
        const auto rate =
            polynomial_decay({.initial = 0.3, .final = final, .steps = steps, .power = power});
        CAPTURE(final, power, steps);
        CHECK(worst_ulps(rate, steps + 3, [&](std::int64_t t) {
                const long double left =
                    static_cast<long double>(std::max<std::int64_t>(steps - t, 0)) /
                    static_cast<long double>(steps);
                return final + (static_cast<long double>(0.3) - final) *
                                   std::pow(left, static_cast<long double>(power));
              }) <= 12.0);
        CHECK(rate(0) == 0.3);
        CHECK(rate(steps) == final);
        CHECK(rate(far_away) == final);
      }
    }
  }
  CHECK(polynomial_decay({.initial = 0.1, .steps = 10'000, .power = 2})(5'000) == 0.025);
}

TEST_CASE("polynomial decay has PyTorch's values, and bits of its own", "[schedule]") {
  CHECK(worst_relative(polynomial_decay({.initial = 0.3, .steps = 12, .power = 2.0}),
                       golden::schedules::polynomial) <= 1e-13);
  CHECK(worst_relative(polynomial_decay({.initial = 0.3, .steps = 12, .power = 0.9}),
                       golden::schedules::polynomial_root) <= 1e-13);
  CHECK(hash_steps(polynomial_decay({.initial = 0.3, .final = 1e-4, .steps = 777, .power = 2.7}),
                   1000) == 0x9d1a00d65b3fc14f);
}

TEST_CASE("polynomial decay refuses bad options", "[schedule]") {
  const PolynomialDecayOptions bad[] = {{.initial = -1.0, .steps = 9},
                                        {.initial = not_a_number, .steps = 9},
                                        {.final = -1e-9, .steps = 9},
                                        {.final = infinity, .steps = 9},
                                        {.steps = 9, .power = 0.0},
                                        {.steps = 9, .power = -1.0},
                                        {.steps = 9, .power = not_a_number},
                                        {.steps = 9, .power = infinity},
                                        {.steps = -5},
                                        {}};
  for (const PolynomialDecayOptions& options : bad) {
    CAPTURE(options.initial, options.final, options.steps, options.power);
    CHECK_THROWS_AS(polynomial_decay(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(polynomial_decay({.steps = 1, .power = -2}),
                    "polynomial_decay: power must be in (0, inf), got -2");
  CHECK_THROWS_WITH(polynomial_decay({.steps = 9})(-1),
                    "polynomial_decay: step must be at least 0, got -1");
}
