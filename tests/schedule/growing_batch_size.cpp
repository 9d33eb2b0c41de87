// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/growing_batch_size.hpp"

#include <limits>
#include <stdexcept>

#include "schedule/oracle.hpp"
#include "support/catch.hpp"

using eigentrain::growing_batch_size;
using eigentrain::GrowingBatchSizeOptions;
using namespace eigentrain::test;

TEST_CASE("a growing batch size is its closed form at every time", "[schedule]") {
  for (const std::int64_t initial : {1, 32, 100}) {
    for (const std::int64_t factor : {1, 2, 3, 10}) {
      for (const std::int64_t every : {1, 2, 7}) {
        for (const std::int64_t largest : {100, 101, 2048, 1'000'000}) {
          const auto size = growing_batch_size(
              {.initial = initial, .factor = factor, .every = every, .largest = largest});
          CAPTURE(initial, factor, every, largest);
          for (std::int64_t time = 0; time < 120; ++time) {
            // Exact: every power below 2⁶⁴ is one in a long double, and the others are too large.
            const long double grown =
                static_cast<long double>(initial) *
                std::pow(static_cast<long double>(factor), static_cast<long double>(time / every));
            const auto expected = grown < static_cast<long double>(largest)
                                      ? static_cast<std::int64_t>(grown)
                                      : largest;
            REQUIRE(size(time) == expected);
          }
        }
      }
    }
  }
}

TEST_CASE("a batch size grows exactly at multiples of its period", "[schedule]") {
  const auto size = growing_batch_size({.initial = 32, .factor = 4, .every = 2, .largest = 1000});
  const std::int64_t expected[] = {32, 32, 128, 128, 512, 512, 1000, 1000, 1000};
  for (int time = 0; time < 9; ++time) CHECK(size(time) == expected[time]);
}

TEST_CASE("a batch size never overflows and holds at its largest", "[schedule]") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t factor : {std::int64_t{2}, std::int64_t{10}, far_away, most}) {
    const auto size =
        growing_batch_size({.initial = 1, .factor = factor, .every = 1, .largest = most});
    CAPTURE(factor);
    CHECK(size(0) == 1);
    CHECK(size(1) == factor);
    CHECK(size(far_away) == most);
    CHECK(size(most) == most);
    for (std::int64_t time = 1; time < 100; ++time) {
      REQUIRE(size(time) >= size(time - 1));
      REQUIRE((size(time) == most || size(time) == factor * size(time - 1)));
    }
  }
  CHECK(growing_batch_size({.initial = 1, .every = 1, .largest = most})(62) == far_away);
  CHECK(growing_batch_size({.initial = 1, .every = 1, .largest = most})(63) == most);
  CHECK(growing_batch_size({.initial = 3, .factor = 1, .every = 1, .largest = most})(most) == 3);
  CHECK(growing_batch_size({.initial = 3, .every = most, .largest = most})(most - 1) == 3);
  CHECK(growing_batch_size({.initial = 3, .every = most, .largest = most})(most) == 6);
  CHECK(growing_batch_size({.initial = most, .every = 1, .largest = most})(5) == most);
}

TEST_CASE("a growing batch size refuses bad options", "[schedule]") {
  const GrowingBatchSizeOptions bad[] = {{.initial = 0, .every = 1, .largest = 10},
                                         {.initial = -1, .every = 1, .largest = 10},
                                         {.factor = 0, .every = 1, .largest = 100},
                                         {.factor = -2, .every = 1, .largest = 100},
                                         {.every = -1, .largest = 100},
                                         {.largest = 100},
                                         {.every = 1, .largest = 31},
                                         {.every = 1},
                                         {}};
  for (const GrowingBatchSizeOptions& options : bad) {
    CAPTURE(options.initial, options.factor, options.every, options.largest);
    CHECK_THROWS_AS(growing_batch_size(options), std::invalid_argument);
  }
  CHECK_THROWS_WITH(growing_batch_size({.every = 1, .largest = 31}),
                    "growing_batch_size: largest must be at least 32, got 31");
  CHECK_THROWS_WITH(growing_batch_size({.every = 1, .largest = 32})(-1),
                    "growing_batch_size: time must be at least 0, got -1");
}
