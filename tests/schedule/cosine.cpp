// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/cosine.hpp"

#include "schedule/oracle.hpp"
#include "schedule/refusals.hpp"
#include "support/catch.hpp"

using eigentrain::cosine_decay;
using eigentrain::CosineDecayOptions;
using namespace eigentrain::test;

TEST_CASE("cosine decay is its closed form at every step", "[schedule]") {
  for (const double final : {0.0, 1e-5, 0.02, 0.3, 0.5}) {
    for (const std::int64_t steps : {1, 2, 3, 7, 10, 1000, 10'001}) {
      const auto rate = cosine_decay({.initial = 0.3, .final = final, .steps = steps});
      double worst = 0.0;
      for (std::int64_t step = 0; step < steps + 3; ++step) {
        worst = std::max(worst, ulps(rate(step), cosine(0.3, final, step, steps)));
      }
      CAPTURE(final, steps);
      CHECK(worst <= 8.0);  // relative: near the end of a decay to zero too
    }
  }
}

TEST_CASE("cosine decay is exact at its ends and in the middle", "[schedule]") {
  for (const std::int64_t steps : {2, 10, 100, 1000, 9998}) {
    const auto rate = cosine_decay({.initial = 0.1, .final = 0.025, .steps = steps});
    CHECK(rate(0) == 0.1);
    CHECK(rate(steps / 2) == 0.0625);
    CHECK(rate(steps) == 0.025);
    CHECK(rate(steps + 1) == 0.025);
    CHECK(rate(far_away) == 0.025);
  }
  CHECK(cosine_decay({.initial = 0.1, .steps = 10})(10) == 0.0);
  CHECK(cosine_decay({.initial = 0.1, .steps = 10})(5) == 0.05);
}

TEST_CASE("cosine decay never rises and never goes below its end", "[schedule]") {
  const auto rate = cosine_decay({.initial = 1e-3, .final = 1e-6, .steps = 5000});
  int rises = 0;
  for (std::int64_t step = 0; step < 5010; ++step) {
    if (rate(step + 1) > rate(step) || rate(step + 1) < 1e-6) ++rises;
  }
  CHECK(rises == 0);
}

TEST_CASE("cosine decay has PyTorch's values", "[schedule]") {
  // CosineAnnealingLR(T_max=8, eta_min=0.1) from 1, by tests/golden/schedules.py
  const double expected[] = {1.0,  0.96574578963007907, 0.86819805153394636, 0.72220754456429048,
                             0.55, 0.37779245543570972, 0.2318019484660537,  0.134254210369921,
                             0.1};
  const auto rate = cosine_decay({.initial = 1.0, .final = 0.1, .steps = 8});
  for (int step = 0; step < 9; ++step) CHECK(ulps(rate(step), expected[step]) <= 8.0);
}

TEST_CASE("cosine decay between equal ends stays", "[schedule]") {
  const auto rate = cosine_decay({.initial = 0.1, .final = 0.1, .steps = 1000});
  int differing = 0;
  for (std::int64_t step = 0; step < 1002; ++step) differing += rate(step) != 0.1;
  CHECK(differing == 0);
}

TEST_CASE("cosine decay survives any number of steps", "[schedule]") {
  const auto rate = cosine_decay({.initial = 1.0, .steps = far_away});
  CHECK(rate(0) == 1.0);
  CHECK(rate(far_away / 2) == 0.5);
  CHECK(ulps(rate(far_away / 3), cosine(1.0L, 0.0L, far_away / 3, far_away)) <= 8.0);
  CHECK(rate(far_away) == 0.0);
  CHECK(rate(std::numeric_limits<std::int64_t>::max()) == 0.0);
}

TEST_CASE("cosine decay refuses bad options", "[schedule]") {
  check_decay_refusals<CosineDecayOptions>(
      "cosine_decay", [](const CosineDecayOptions& options) { return cosine_decay(options); });
}
