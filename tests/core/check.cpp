// SPDX-License-Identifier: MIT
#include "eigentrain/core/check.hpp"

#include <limits>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("a message joins text and numbers") {
  CHECK(et::message("step ", 3, " of ", std::int64_t(1) << 40, " at ", 0.1, " and ", 0.25f) ==
        "step 3 of 1099511627776 at 0.1 and 0.25");
  CHECK(et::message(std::string("tensor "), std::string_view("fc1")) == "tensor fc1");
}

TEST_CASE("require throws only when the condition fails") {
  CHECK_NOTHROW(et::require(true, "never"));
  CHECK_THROWS_WITH(et::require(false, "fc1: ", 3, " is not ", 4), "fc1: 3 is not 4");
}

TEST_CASE("ranges say which bound is open") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  CHECK_NOTHROW(et::require_in(et::ranges::fraction_below_one, 0.0, "adam", "beta1"));
  CHECK_THROWS_WITH(et::require_in(et::ranges::fraction_below_one, 1.0, "adam", "beta1"),
                    "adam: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::require_in(et::ranges::positive, 0.0, "adam", "epsilon"),
                    "adam: epsilon must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::require_in(et::ranges::fraction, nan, "dropout", "rate"),
                    "dropout: rate must be in [0, 1], got nan");
  CHECK(et::ranges::fraction.contains(1.0));
  CHECK_FALSE(et::ranges::not_negative.contains(inf));
  CHECK_FALSE(et::ranges::not_negative.contains(-1e-300));
  CHECK(et::ranges::positive_or_infinite.contains(inf));
  CHECK_FALSE(et::ranges::finite.contains(-inf));
  for (const et::Range& range :
       {et::ranges::fraction_below_one, et::ranges::fraction, et::ranges::not_negative,
        et::ranges::positive, et::ranges::positive_or_infinite, et::ranges::finite}) {
    CHECK_FALSE(range.contains(nan));
  }
}

TEST_CASE("counts have a least value") {
  CHECK_NOTHROW(et::require_at_least(1, 1, "cosine_decay", "steps"));
  CHECK_THROWS_WITH(et::require_at_least(1, 0, "cosine_decay", "steps"),
                    "cosine_decay: steps must be at least 1, got 0");
}

TEST_CASE("a counter leaves room for what is added to it") {
  const std::int64_t most = std::int64_t{1} << 62;
  for (const std::int64_t good : {std::int64_t{0}, std::int64_t{7}, most}) {
    CHECK_NOTHROW(et::require_count(good, "Owner", "steps"));
  }
  CHECK_THROWS_WITH(et::require_count(-1, "Owner", "steps"),
                    "Owner: steps must be at least 0, got -1");
  CHECK_THROWS_WITH(et::require_count(most + 1, "Owner", "steps"),
                    "Owner: steps must be at most 4611686018427387904, got 4611686018427387905");
}

TEST_CASE("what goes beyond a kilobyte of a message is cut off") {
  for (const std::size_t size : {1u, 900u, 1010u, 1015u, 1016u, 1017u, 1024u, 5000u}) {
    const std::string name(size, 'n');
    const std::string whole = name + " is wrong 7";
    try {
      et::require(false, std::string_view(name), " is ", "wrong ", 7);
      FAIL("nothing was thrown");
    } catch (const std::invalid_argument& error) {
      CHECK(error.what() == whole.substr(0, 1023));
    }
    CHECK(et::message(name, " is ", "wrong ", 7) == whole);
  }
}
