// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/batch_size.hpp"

#include <functional>
#include <stdexcept>
#include <type_traits>

#include "eigentrain/schedule/cosine.hpp"
#include "eigentrain/schedule/growing_batch_size.hpp"
#include "schedule/oracle.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using eigentrain::BatchSize;
using eigentrain::constant_batch_size;
using namespace eigentrain::test;

TEST_CASE("a constant batch size stays", "[schedule]") {
  for (const std::int64_t size : {std::int64_t{1}, std::int64_t{128}, far_away}) {
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{7}, far_away}) {
      CHECK(constant_batch_size(size)(time) == size);
      CHECK(BatchSize(size)(time) == size);
    }
  }
  CHECK_THROWS_WITH(constant_batch_size(0), "constant_batch_size: size must be at least 1, got 0");
  CHECK_THROWS_WITH(constant_batch_size(-3),
                    "constant_batch_size: size must be at least 1, got -3");
  CHECK_THROWS_WITH(constant_batch_size(3)(-1),
                    "constant_batch_size: time must be at least 0, got -1");
}

TEST_CASE("a batch size holds integers, schedules, functions and lambdas", "[schedule]") {
  struct Options {
    BatchSize batch_size = 32;
  };
  CHECK(Options{}.batch_size(5) == 32);
  CHECK(Options{.batch_size = 64U}.batch_size(5) == 64);
  CHECK(Options{.batch_size = short{3}}.batch_size(5) == 3);
  const Options growing{.batch_size = eigentrain::growing_batch_size(
                            {.initial = 2, .factor = 3, .every = 1, .largest = 100})};
  CHECK(growing.batch_size(2) == 18);
  const Options own{.batch_size = [](std::int64_t epoch) { return 10 + epoch; }};
  CHECK(own.batch_size(5) == 15);
  BatchSize copy = own.batch_size;
  CHECK(copy(6) == 16);
  copy = 9;
  CHECK(copy(6) == 9);
  CHECK(own.batch_size(6) == 16);
  CHECK(allocations_in([&] { copy = own.batch_size(4); }) == 0);
}

TEST_CASE("what gives no batch size is refused, at the latest when it is asked", "[schedule]") {
  CHECK_THROWS_AS(BatchSize(0), std::invalid_argument);
  CHECK_THROWS_AS(BatchSize(-1), std::invalid_argument);
  CHECK_THROWS_WITH(BatchSize(std::function<std::int64_t(std::int64_t)>()),
                    "BatchSize: the function is empty");
  const BatchSize falling = [](std::int64_t time) { return 2 - time; };
  CHECK(falling(1) == 1);
  CHECK_THROWS_WITH(falling(2),
                    "BatchSize: the schedule gives 0 samples at time 2, but it must be at least 1");
  // A rate isn't a size.
  static_assert(!std::is_convertible_v<double, BatchSize>);
  static_assert(!std::is_convertible_v<eigentrain::CosineDecay, BatchSize>);
  static_assert(std::is_convertible_v<int, BatchSize>);
}
