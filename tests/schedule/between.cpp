// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/between.hpp"

#include "schedule/closed_form.hpp"
#include "support/catch.hpp"

using eigentrain::detail::cosine_between;
using eigentrain::detail::linear_between;
using namespace eigentrain::test;

TEST_CASE("a way between two values is right near both", "[schedule]") {
  for (const double a : {0.0, 0.3, 1e-9}) {
    for (const double b : {0.0, 0.3, 0.7, 1e-5}) {
      for (const double of : {1.0, 3.0, 7.25, 1000.0}) {
        double line = 0.0, wave = 0.0;
        for (double at = 0.0; at <= of; at += 0.25) {
          const long double x = static_cast<long double>(at) / of,
                            way = b - static_cast<long double>(a);
          line = std::max(line, ulps(linear_between(a, b, at, of), a + way * x));
          // From the nearer end, as the oracle cancels far from its `final`.
          const auto quarters = static_cast<std::int64_t>(at * 4);
          const auto all = static_cast<std::int64_t>(of * 4);
          wave = std::max(wave, ulps(cosine_between(a, b, at, of),
                                     2 * at < of ? cosine(b, a, all - quarters, all)
                                                 : cosine(a, b, quarters, all)));
        }
        CAPTURE(a, b, of);
        CHECK(line <= 4.0);
        CHECK(wave <= 8.0);
      }
    }
  }
}

TEST_CASE("a way between two values has exact ends and middle", "[schedule]") {
  for (const auto between : {linear_between<>, cosine_between<>}) {
    CHECK(between(0.1, 0.7, 0.0, 9.0) == 0.1);
    CHECK(between(0.1, 0.7, 9.0, 9.0) == 0.7);
    CHECK(between(0.5, 0.25, 4.5, 9.0) == 0.375);
    CHECK(between(0.3, 0.3, 2.0, 9.0) == 0.3);
    for (double at = 0.0; at <= 100.0; at += 1.0) {
      CHECK(between(1e300, 0.0, at, 100.0) >= 0.0);
      CHECK(between(0.0, 1e-300, at, 100.0) >= 0.0);
    }
  }
}
