// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/inverse_square_root.hpp"

#include <stdexcept>

#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::inverse_square_root;
using eigentrain::InverseSquareRootOptions;
using eigentrain::noam;
using eigentrain::NoamOptions;
using namespace eigentrain::test;

TEST_CASE("an inverse square root is its closed form at every step", "[schedule]") {
  for (const std::int64_t warmup : {0, 1, 10, 1000}) {
    for (const std::int64_t timescale : {0, 1, 300}) {
      if (warmup + timescale == 0) continue;
      for (const double start : {0.0, 0.1, 0.3}) {
        const auto rate = inverse_square_root(
            {.peak = 0.3, .warmup = warmup, .start = start, .timescale = timescale});
        CAPTURE(warmup, timescale, start);
        CHECK(worst_ulps(rate, 3000, [&](std::int64_t t) {
                const auto scale = static_cast<long double>(timescale == 0 ? warmup : timescale);
                if (t >= warmup) {
                  return 0.3 * std::sqrt(scale / (static_cast<long double>(t - warmup) + scale));
                }
                const long double x =
                    static_cast<long double>(t) / static_cast<long double>(warmup);
                return start * (1 - x) + 0.3 * x;
              }) <= 3.0);
      }
    }
  }
  const auto rate = inverse_square_root({.peak = 0.5, .warmup = 1000});
  CHECK(rate(500) == 0.25);
  CHECK(rate(1000) == 0.5);
  CHECK(rate(4000) == 0.25);
  CHECK(rate(far_away) > 0.0);
  CHECK(hash_steps(rate, 3000) == 0xe7e756fadb44901d);
}

TEST_CASE("noam is its closed form at every step", "[schedule]") {
  for (const std::int64_t size : {1, 64, 512}) {
    for (const std::int64_t warmup : {1, 10, 1000}) {
      const auto rate = noam({.model_size = size, .warmup = warmup, .scale = 2.0});
      CAPTURE(size, warmup);
      CHECK(worst_ulps(rate, 3000, [&](std::int64_t t) {
              const auto n = static_cast<long double>(t + 1), w = static_cast<long double>(warmup);
              return 2 / std::sqrt(static_cast<long double>(size)) *
                     std::min(1 / std::sqrt(n), n / (w * std::sqrt(w)));
            }) <= 4.0);
    }
  }
  // The paper's base model, at its peak and at its end.
  const auto rate = noam({.model_size = 512, .warmup = 4000});
  CHECK(rate(3999) == Approx(6.98771e-4).epsilon(1e-5));
  CHECK(rate(99'999) == Approx(1.397542e-4).epsilon(1e-6));
  CHECK(rate(3998) < rate(3999));
  CHECK(rate(4000) < rate(3999));
  CHECK(noam({})(std::numeric_limits<std::int64_t>::max()) > 0.0);
  CHECK(hash_steps(rate, 5000) == 0xaf58434e9cea4444);
}

TEST_CASE("inverse square roots refuse bad options", "[schedule]") {
  const InverseSquareRootOptions bad[] = {
      {.peak = -1.0, .warmup = 9},     {.peak = not_a_number, .warmup = 9},
      {.peak = infinity, .warmup = 9}, {.warmup = -1},
      {.warmup = 9, .start = -1.0},    {.warmup = 9, .start = not_a_number},
      {.warmup = 9, .timescale = -1},  {}};
  for (const InverseSquareRootOptions& options : bad) {
    CAPTURE(options.peak, options.warmup, options.start, options.timescale);
    CHECK_THROWS_AS(inverse_square_root(options), std::invalid_argument);
  }
  const NoamOptions bad_noam[] = {
      {.model_size = 0}, {.warmup = 0}, {.warmup = -4}, {.scale = -1.0}, {.scale = not_a_number}};
  for (const NoamOptions& options : bad_noam) {
    CHECK_THROWS_AS(noam(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(inverse_square_root({}),
                    "inverse_square_root: warmup or timescale must be at least 1, got 0 and 0");
  CHECK_THROWS_WITH(noam({})(-1), "noam: step must be at least 0, got -1");
}
