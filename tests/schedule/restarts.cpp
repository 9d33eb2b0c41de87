// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/restarts.hpp"

#include <stdexcept>

#include "golden/schedules_more.hpp"
#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::cosine_restarts;
using eigentrain::CosineRestartsOptions;
using namespace eigentrain::test;

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();

// By walking from step to step.
struct Walk {
  CosineRestartsOptions options;
  std::int64_t length = options.period, since = 0;
  long double height = static_cast<long double>(options.initial) - options.final;
  std::int64_t cycle = 0;

  void next() {
    if (++since < length) return;
    since = 0;
    length *= options.multiplier;
    height *= options.factor;
    ++cycle;
  }
  long double value() const {
    if (options.cycles != 0 && cycle >= options.cycles) return options.final;
    return cosine(options.final + height, options.final, since, length);
  }
};

}  // namespace

TEST_CASE("a cosine with restarts is its closed form at every step", "[schedule]") {
  for (const std::int64_t period : {1, 2, 7, 100}) {
    for (const std::int64_t multiplier : {1, 2, 3, 1'000'000}) {
      for (const double factor : {1.0, 0.5}) {
        for (const std::int64_t cycles : {0, 1, 3}) {
          const CosineRestartsOptions options{.initial = 0.3,
                                              .final = 0.01,
                                              .period = period,
                                              .multiplier = multiplier,
                                              .factor = factor,
                                              .cycles = cycles};
          const auto rate = cosine_restarts(options);
          double worst = 0.0;
          Walk walk{options};
          for (std::int64_t step = 0; step < 3000; ++step, walk.next()) {
            worst = std::max(worst, ulps(rate(step), walk.value()));
          }
          CAPTURE(period, multiplier, factor, cycles);
          CHECK(worst <= 16.0);
        }
      }
    }
  }
}

TEST_CASE("every restart is in its exact step", "[schedule]") {
  // The peaks, the steps before and the steps after them, up to 10¹² and beyond.
  for (const std::int64_t multiplier : {2, 3, 10}) {
    for (const std::int64_t period : {1, 3, 10, 1000}) {
      const auto rate =
          cosine_restarts({.initial = 0.5, .period = period, .multiplier = multiplier});
      std::int64_t start = 0, length = period;
      while (start < 4'000'000'000'000) {
        CAPTURE(multiplier, period, start);
        REQUIRE(rate(start) == 0.5);
        REQUIRE((length == 1 || rate(start + (length + 1) / 2) < 0.5));
        const long double pi = 3.14159265358979323846264338327950288L;
        const long double root = std::sin(pi / (2 * static_cast<long double>(length)));
        REQUIRE(ulps(rate(start + length - 1), 0.5L * root * root) <= 8.0);
        start += length;
        length *= multiplier;
      }
    }
  }
  const auto even = cosine_restarts({.initial = 0.5, .period = 10});
  for (std::int64_t start = 999'999'999'990; start < 1'000'000'000'100; start += 10) {
    CHECK(even(start) == 0.5);
    CHECK(even(start + 5) == 0.25);
    CHECK(even(start - 1) == even(9));
  }
}

TEST_CASE("restarts survive any number of steps", "[schedule]") {
  const auto grown = cosine_restarts({.initial = 0.5, .period = far_away, .multiplier = 3});
  CHECK(grown(far_away / 2) == 0.25);
  CHECK(grown(far_away) == 0.5);
  CHECK(grown(most) > 0.0);
  const auto faded = cosine_restarts({.initial = 0.5, .final = 0.25, .period = 7, .factor = 0.5});
  CHECK(faded(most) == 0.25);
  const auto ended = cosine_restarts({.initial = 0.5, .final = 0.1, .period = 7, .cycles = 2});
  CHECK(ended(13) > 0.1);
  CHECK(ended(14) == 0.1);
  CHECK(ended(most) == 0.1);
}

TEST_CASE("restarts have PyTorch's values, and bits of their own", "[schedule]") {
  CosineRestartsOptions options{.initial = 0.4, .final = 0.01, .period = 5};
  CHECK(worst_relative(cosine_restarts(options), golden::schedules::restarts_1) <= 1e-14);
  options.multiplier = 2;
  CHECK(worst_relative(cosine_restarts(options), golden::schedules::restarts_2) <= 1e-14);
  options.multiplier = 3;
  CHECK(worst_relative(cosine_restarts(options), golden::schedules::restarts_3) <= 1e-14);
  options.factor = 0.9;
  CHECK(hash_steps(cosine_restarts(options), 1000) == 0xddceed8ba1439598);
}

TEST_CASE("restarts refuse bad options", "[schedule]") {
  const CosineRestartsOptions bad[] = {{.initial = -1.0, .period = 9},
                                       {.initial = not_a_number, .period = 9},
                                       {.final = infinity, .period = 9},
                                       {.period = 0},
                                       {.period = -5},
                                       {.period = 9, .multiplier = 0},
                                       {.period = 9, .factor = 0.0},
                                       {.period = 9, .factor = 1.5},
                                       {.period = 9, .factor = not_a_number},
                                       {.period = 9, .cycles = -1},
                                       {}};
  for (const CosineRestartsOptions& options : bad) {
    CAPTURE(options.initial, options.final, options.period, options.multiplier);
    CHECK_THROWS_AS(cosine_restarts(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(cosine_restarts({}), "cosine_restarts: period must be at least 1, got 0");
  CHECK_THROWS_WITH(cosine_restarts({.period = 9})(-1),
                    "cosine_restarts: step must be at least 0, got -1");
}
