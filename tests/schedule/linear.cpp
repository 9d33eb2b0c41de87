// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/linear.hpp"

#include "eigentrain/schedule/schedule.hpp"
#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "schedule/refusals.hpp"
#include "support/catch.hpp"

using eigentrain::linear_decay;
using eigentrain::LinearDecayOptions;
using namespace eigentrain::test;

TEST_CASE("linear decay is its closed form at every step", "[schedule]") {
  for (const double final : {0.0, 1e-5, 0.3, 0.5}) {
    for (const std::int64_t steps : {1, 2, 3, 10, 1000, 10'001}) {
      const auto rate = linear_decay({.initial = 0.3, .final = final, .steps = steps});
      CAPTURE(final, steps);
      CHECK(worst_ulps(rate, steps + 3, [&](std::int64_t t) {
              const auto left = static_cast<long double>(std::max<std::int64_t>(steps - t, 0));
              return final + (static_cast<long double>(0.3) - final) * left /
                                 static_cast<long double>(steps);
            }) <= 4.0);
      CHECK(rate(0) == 0.3);
      CHECK(rate(steps) == final);
      CHECK(rate(far_away) == final);
    }
  }
  CHECK(linear_decay({.initial = 0.5, .steps = 10'000})(2'500) == 0.375);
}

TEST_CASE("linear decay has PyTorch's values, and bits of its own", "[schedule]") {
  CHECK(worst_relative(linear_decay({.initial = 0.3, .final = 0.3 * 0.125, .steps = 9}),
                       golden::schedules::linear) <= 1e-14);
  CHECK(hash_steps(linear_decay({.initial = 0.3, .final = 1e-4, .steps = 777}), 1000) ==
        0xf227fed38522b7c2);
}

TEST_CASE("linear decay survives any number of steps", "[schedule]") {
  const auto rate = linear_decay({.initial = 1.0, .steps = far_away});
  CHECK(rate(far_away / 2) == 0.5);
  CHECK(rate(far_away / 4) == 0.75);
  CHECK(rate(std::numeric_limits<std::int64_t>::max()) == 0.0);
}

TEST_CASE("linear decay refuses bad options", "[schedule]") {
  check_decay_refusals<LinearDecayOptions>(
      "linear_decay", [](const LinearDecayOptions& options) { return linear_decay(options); });
}
