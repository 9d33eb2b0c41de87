// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/batch_size_by_noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "eigentrain/core/random.hpp"
#include "schedule/oracle.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

using eigentrain::BatchSizeByNoise;
using eigentrain::BatchSizeByNoiseOptions;
using eigentrain::BatchSizes;
using namespace eigentrain::test;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

// By trying all of them.
std::int64_t nearest(const BatchSizeByNoiseOptions& options, double target) {
  std::vector<std::int64_t> allowed;
  for (std::int64_t size = options.multiple; size <= 4 * options.largest + options.multiple;
       size += options.sizes == BatchSizes::doubled ? size : options.multiple) {
    allowed.push_back(size);
  }
  std::int64_t best = allowed.front();
  for (const std::int64_t size : allowed) {
    const double whole = std::floor(target);
    const double distance = std::fabs(static_cast<double>(size) - whole);
    if (distance <= std::fabs(static_cast<double>(best) - whole)) best = size;
  }
  if (target >= static_cast<double>(options.largest)) return options.largest;
  return std::min(std::max(best, options.smallest), options.largest);
}

}  // namespace

TEST_CASE("a batch size goes to the allowed size that is nearest to the noise scale",
          "[schedule]") {
  for (const BatchSizes sizes : {BatchSizes::doubled, BatchSizes::multiples}) {
    for (const std::int64_t multiple : {1, 3, 8, 100}) {
      for (const std::int64_t smallest : {1, 10}) {
        for (const std::int64_t largest : {10, 64, 333}) {
          for (const double share : {1.0, 0.5, 3.0}) {
            const BatchSizeByNoiseOptions options{.smallest = smallest,
                                                  .largest = largest,
                                                  .multiple = multiple,
                                                  .sizes = sizes,
                                                  .share = share,
                                                  .margin = 1.0,
                                                  .may_shrink = true};
            CAPTURE(multiple, smallest, largest, share);
            for (double noise = 0.25; noise < 1000; noise = noise * 1.01 + 0.25) {
              CAPTURE(noise);
              const std::int64_t expected = nearest(options, share * noise);
              BatchSizeByNoise up(options), down(options, largest);
              REQUIRE(up.size() == smallest);
              REQUIRE(down.size() == largest);
              // From an end, on which the margin can't hold it unless it is there already.
              const double target = share * noise;
              REQUIRE(up.update(noise) ==
                      (target >= static_cast<double>(smallest) ? expected : smallest));
              REQUIRE(down.update(noise) ==
                      (target <= static_cast<double>(largest) ? expected : largest));
              REQUIRE(up.size() >= smallest);
              REQUIRE(down.size() <= largest);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("a batch size follows the noise scale beyond the margin only", "[schedule]") {
  BatchSizeByNoise rule({.smallest = 32, .largest = 4096, .multiple = 32});
  CHECK(rule.size() == 32);
  CHECK(rule.update(63.9) == 32);
  CHECK(rule.update(64.0) == 64);
  CHECK(rule.update(150.0) == 128);
  CHECK(rule.update(220.0) == 128);
  CHECK(rule.update(10.0) == 128);  // may not shrink
  CHECK(rule.update(1e9) == 4096);
  CHECK(rule.update(1.0) == 4096);

  const BatchSizeByNoiseOptions both{.smallest = 32, .largest = 4096, .may_shrink = true};
  BatchSizeByNoise moving(both, 512);
  CHECK(moving.update(257.0) == 512);
  CHECK(moving.update(256.0) == 256);
  CHECK(moving.update(511.0) == 256);
  CHECK(moving.update(512.0) == 512);
  CHECK(moving.update(0.01) == 32);
}

TEST_CASE("a noisy estimate doesn't make the batch size flutter", "[schedule]") {
  // A quarter less to a quarter more is a factor of 1.67. The margins are a factor of two apart.
  for (const double margin : {1.0, 2.0}) {
    for (const double center : {90.0, 100.0, 181.0, 192.0, 256.0, 300.0}) {
      eigentrain::Generator random(5);
      BatchSizeByNoise rule({.smallest = 16, .largest = 4096, .margin = margin, .may_shrink = true},
                            128);
      int changes = 0;
      for (int i = 0; i < 1000; ++i) {
        const std::int64_t before = rule.size();
        const double part = static_cast<double>(eigentrain::random_below(1001, random)) / 1000.0;
        changes += rule.update(center * (0.75 + 0.5 * part)) != before ? 1 : 0;
      }
      CAPTURE(margin, center);
      if (margin == 2.0) CHECK(changes <= 1);
      if (margin == 1.0 && center == 192.0) CHECK(changes > 100);
    }
  }
}

TEST_CASE("a batch size that may not shrink never does", "[schedule]") {
  eigentrain::Generator random(6);
  for (const BatchSizes sizes : {BatchSizes::doubled, BatchSizes::multiples}) {
    for (const std::int64_t multiple : {1, 7, 64}) {
      BatchSizeByNoise rule(
          {.smallest = 5, .largest = 100'000, .multiple = multiple, .sizes = sizes, .margin = 1.0},
          80);  // a size that isn't allowed by itself
      for (int i = 0; i < 1000; ++i) {
        const std::int64_t before = rule.size();
        REQUIRE(rule.update(static_cast<double>(eigentrain::random_below(20 + 3 * i, random))) >=
                before);
      }
      CHECK(rule.size() > 1000);
    }
  }
}

TEST_CASE("what is no estimate leaves the batch size as it is", "[schedule]") {
  BatchSizeByNoise rule({.smallest = 2, .largest = 1000, .may_shrink = true}, 100);
  for (const double noise : {not_a_number, infinity, -infinity, 0.0, -5.0, -1e300}) {
    CHECK(rule.update(noise) == 100);
  }
}

TEST_CASE("a batch size by noise never overflows", "[schedule]") {
  for (const BatchSizes sizes : {BatchSizes::doubled, BatchSizes::multiples}) {
    for (const std::int64_t multiple : {std::int64_t{1}, std::int64_t{1000}, far_away, most}) {
      const BatchSizeByNoiseOptions options{
          .largest = most, .multiple = multiple, .sizes = sizes, .share = 2.0, .may_shrink = true};
      for (const double noise : {1e3, 1e17, 2e18, 3e18, 4.61e18, 1e19, 1e308}) {
        BatchSizeByNoise rule(options);
        CAPTURE(multiple, noise);
        const std::int64_t size = rule.update(noise);
        CHECK(size >= 1);
        if (noise > 1e19) CHECK(size == most);
        CHECK((size % multiple == 0 || size == most));
        CHECK(rule.update(1e-308) == (multiple == 1 ? 1 : multiple));
      }
    }
  }
}

TEST_CASE("a rule that begins where another ended goes on like it", "[schedule]") {
  const BatchSizeByNoiseOptions options{.smallest = 8, .largest = 512, .margin = 1.5};
  BatchSizeByNoise whole(options);
  whole.update(60.0);
  BatchSizeByNoise resumed(options, whole.size());
  for (const double noise : {70.0, 200.0, 20.0, 300.0}) {
    CHECK(resumed.update(noise) == whole.update(noise));
  }
}

TEST_CASE("a batch size by noise refuses bad options", "[schedule]") {
  const BatchSizeByNoiseOptions bad[] = {{.smallest = 0, .largest = 10},
                                         {.smallest = -1, .largest = 10},
                                         {.smallest = 11, .largest = 10},
                                         {.smallest = 1},
                                         {.largest = 10, .multiple = 0},
                                         {.largest = 10, .share = 0.0},
                                         {.largest = 10, .share = -1.0},
                                         {.largest = 10, .share = infinity},
                                         {.largest = 10, .share = not_a_number},
                                         {.largest = 10, .margin = 0.99},
                                         {.largest = 10, .margin = infinity},
                                         {.largest = 10, .margin = not_a_number},
                                         {}};
  for (const BatchSizeByNoiseOptions& options : bad) {
    CAPTURE(options.smallest, options.largest, options.multiple, options.share, options.margin);
    CHECK_THROWS_AS(BatchSizeByNoise(options), std::invalid_argument);
  }
  const BatchSizeByNoiseOptions good{.smallest = 4, .largest = 10};
  CHECK_THROWS_WITH(BatchSizeByNoise(good, 3), "BatchSizeByNoise: size must be in [4, 10], got 3");
  CHECK_THROWS_WITH(BatchSizeByNoise(good, 11),
                    "BatchSizeByNoise: size must be in [4, 10], got 11");
  CHECK_THROWS_WITH(BatchSizeByNoise({.largest = 10, .margin = 0.5}),
                    "BatchSizeByNoise: margin must be in [1, inf), got 0.5");
}

TEST_CASE("a size comes back, if it is one of these") {
  BatchSizeByNoise sizes({.smallest = 8, .largest = 64}, 32), fresh({.smallest = 8, .largest = 64});
  CHECK(come_back(sizes, fresh) == 1);
  CHECK(fresh.size() == 32);
  CHECK(fault_with(sizes, "size", 65) == "BatchSizeByNoise: size must be in [8, 64], got 65");
  CHECK(fault_with(sizes, "size", 7) == "BatchSizeByNoise: size must be in [8, 64], got 7");
  CHECK(fault_with(sizes, "size", 8) == "none");
  CHECK(fault_with(sizes, "size", 64) == "none");
}
