// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/warmup_stable_decay.hpp"

#include <limits>
#include <stdexcept>

#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::StableDecayShape;
using eigentrain::warmup_stable_decay;
using eigentrain::WarmupStableDecayOptions;
using namespace eigentrain::test;

namespace {

constexpr StableDecayShape shapes[] = {StableDecayShape::linear, StableDecayShape::cosine,
                                       StableDecayShape::square_root};

}  // namespace

TEST_CASE("warm-up, stable, decay is its closed form at every step", "[schedule]") {
  for (const auto shape : shapes) {
    for (const std::int64_t warmup : {0, 1, 10}) {
      for (const std::int64_t stable : {0, 1, 50}) {
        for (const std::int64_t decay : {1, 2, 300}) {
          const auto rate = warmup_stable_decay({.peak = 0.3,
                                                 .warmup = warmup,
                                                 .stable = stable,
                                                 .decay = decay,
                                                 .start = 0.05,
                                                 .final = 1e-4,
                                                 .shape = shape});
          CAPTURE(static_cast<int>(shape), warmup, stable, decay);
          CHECK(worst_ulps(rate, warmup + stable + decay + 3, [&](std::int64_t t) {
                  if (t < warmup) {
                    return 0.05 + (0.3L - 0.05L) * static_cast<long double>(t) /
                                      static_cast<long double>(warmup);
                  }
                  if (t < warmup + stable) return static_cast<long double>(0.3);
                  const std::int64_t at = std::min(t - warmup - stable, decay);
                  if (shape == StableDecayShape::cosine) return cosine(0.3, 1e-4, at, decay);
                  const long double x =
                      static_cast<long double>(at) / static_cast<long double>(decay);
                  const long double share =
                      1 - (shape == StableDecayShape::linear ? x : std::sqrt(x));
                  return 1e-4 + (0.3 - static_cast<long double>(1e-4)) * share;
                }) <= 8.0);
        }
      }
    }
  }
}

TEST_CASE("warm-up, stable, decay turns in its exact steps", "[schedule]") {
  for (const auto shape : shapes) {
    const auto rate = warmup_stable_decay({.peak = 0.5,
                                           .warmup = 4,
                                           .stable = 1'000'000'000'000,
                                           .decay = 16,
                                           .final = 0.25,
                                           .shape = shape});
    CHECK(rate(0) == 0.0);
    CHECK(rate(2) == 0.25);
    CHECK(rate(4) == 0.5);
    CHECK(rate(1'000'000'000'004) == 0.5);
    CHECK(rate(1'000'000'000'005) < 0.5);
    CHECK(rate(1'000'000'000'019) > 0.25);
    CHECK(rate(1'000'000'000'020) == 0.25);
    CHECK(rate(far_away) == 0.25);
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(warmup_stable_decay({.peak = 0.5, .warmup = most, .stable = most, .decay = most})(most) ==
          0.5);
  }
  CHECK(hash_steps(warmup_stable_decay({.peak = 0.3,
                                        .warmup = 50,
                                        .stable = 70,
                                        .decay = 777,
                                        .final = 1e-3,
                                        .shape = StableDecayShape::square_root}),
                   1000) == 0x9c2e99cb2b329338);
}

TEST_CASE("warm-up, stable, decay refuses bad options", "[schedule]") {
  const WarmupStableDecayOptions bad[] = {{.peak = -1.0, .decay = 9},
                                          {.peak = not_a_number, .decay = 9},
                                          {.warmup = -1, .decay = 9},
                                          {.stable = -1, .decay = 9},
                                          {.decay = 9, .start = -1.0},
                                          {.decay = 9, .final = infinity},
                                          {.decay = 9, .shape = static_cast<StableDecayShape>(7)},
                                          {.decay = -5},
                                          {}};
  for (const WarmupStableDecayOptions& options : bad) {
    CAPTURE(options.peak, options.warmup, options.stable, options.decay);
    CHECK_THROWS_AS(warmup_stable_decay(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(warmup_stable_decay({}),
                    "warmup_stable_decay: decay must be at least 1, got 0");
  CHECK_THROWS_WITH(warmup_stable_decay({.decay = 9})(-1),
                    "warmup_stable_decay: step must be at least 0, got -1");
}
