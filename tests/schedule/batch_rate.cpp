// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/batch_rate.hpp"

#include <limits>
#include <stdexcept>

#include "schedule/oracle.hpp"
#include "support/catch.hpp"

using eigentrain::BatchScaling;
using eigentrain::scale_rate_with_batch;
using namespace eigentrain::test;

TEST_CASE("a rate is scaled with the batch size or with its root", "[schedule]") {
  for (const double rate : {0.0, 1e-3, 0.1, 7.0}) {
    for (const std::int64_t base : {1, 32, 100, 256}) {
      for (const std::int64_t batch : {1, 3, 32, 255, 8192, 1'000'000}) {
        const long double ratio = static_cast<long double>(batch) / static_cast<long double>(base);
        CHECK(ulps(scale_rate_with_batch(rate, base, batch), rate * ratio) <= 1.5);
        CHECK(ulps(scale_rate_with_batch(rate, base, batch, BatchScaling::square_root),
                   rate * std::sqrt(ratio)) <= 2.0);
      }
      CHECK(scale_rate_with_batch(rate, base, base) == rate);
      CHECK(scale_rate_with_batch(rate, base, base, BatchScaling::square_root) == rate);
    }
  }
  CHECK(scale_rate_with_batch(0.25, 256, 8192) == 8.0);
  CHECK(scale_rate_with_batch(0.25, 256, 4096, BatchScaling::square_root) == 1.0);
  CHECK(scale_rate_with_batch(0.25, 8192, 256) == 0.25 / 32);
  CHECK(std::isfinite(scale_rate_with_batch(1.0, 1, std::numeric_limits<std::int64_t>::max())));
}

TEST_CASE("bad rates and sizes are refused", "[schedule]") {
  for (const double rate : {-0.1, infinity, not_a_number}) {
    CHECK_THROWS_AS(scale_rate_with_batch(rate, 1, 1), std::invalid_argument);
  }
  CHECK_THROWS_WITH(scale_rate_with_batch(0.1, 0, 1),
                    "scale_rate_with_batch: base_batch must be at least 1, got 0");
  CHECK_THROWS_WITH(scale_rate_with_batch(0.1, 1, -2),
                    "scale_rate_with_batch: batch must be at least 1, got -2");
}
