// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/range_test.hpp"

#include <stdexcept>

#include "schedule/oracle.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"

using eigentrain::learning_rate_range_test;
using eigentrain::RangeTestGrowth;
using eigentrain::RangeTestOptions;
using eigentrain::RangeTestResult;
using namespace eigentrain::test;

namespace {

// A loss over the rate that stays at 1, falls along half a wave to 0 and then explodes, in decades.
double valley(double rate) {
  const double x = std::log10(rate) + 3.0;  // falls from 0 to 2, steepest at 1
  if (x < 0.0) return 1.0;
  if (x < 2.0) return 0.5 + 0.5 * std::cos(0.5 * 3.14159265358979 * x);
  return 1e3 * (x - 2.0) * (x - 2.0);
}

}  // namespace

TEST_CASE("a range test goes through its rates", "[schedule]") {
  for (const auto growth : {RangeTestGrowth::exponential, RangeTestGrowth::linear}) {
    const RangeTestOptions options{
        .lowest = 1e-4, .highest = 10.0, .steps = 51, .growth = growth, .smoothing = 0.0};
    std::vector<double> rates;
    const RangeTestResult found = learning_rate_range_test(options, [&](double rate) {
      rates.push_back(rate);
      return 2.0;
    });
    REQUIRE(rates.size() == 51);
    REQUIRE(found.curve.size() == 51);
    double worst = 0.0;
    for (int k = 0; k < 51; ++k) {
      const long double x = k / 50.0L;
      const long double expected = growth == RangeTestGrowth::linear
                                       ? 1e-4 + (10 - static_cast<long double>(1e-4)) * x
                                       : 1e-4 * std::pow(1e5L, x);
      const auto at = static_cast<std::size_t>(k);
      worst = std::max(worst, ulps(rates[at], expected));
      CHECK(found.curve[at].rate == rates[at]);
      CHECK(found.curve[at].loss == 2.0);
      CHECK(found.curve[at].smoothed == 2.0);
    }
    CHECK(worst <= 16.0);
    CHECK(rates.front() == 1e-4);
    CHECK(rates.back() == 10.0);
    CHECK_FALSE(found.diverged);
    CHECK(found.suggestion == 0.0);  // a loss that never falls suggests nothing
    CHECK(found.tenth_of_minimum == 0.0);
  }
}

TEST_CASE("a range test finds the steepest descent and the minimum", "[schedule]") {
  const RangeTestOptions options{.lowest = 1e-5, .highest = 10.0, .steps = 121, .smoothing = 0.0};
  int calls = 0;
  const RangeTestResult found = learning_rate_range_test(options, [&](double rate) {
    ++calls;
    return valley(rate);
  });
  CHECK(found.diverged);
  CHECK(calls == static_cast<int>(found.curve.size()));
  CHECK(found.curve.back().rate < 0.2);
  CHECK(found.suggestion ==
        Approx(1e-2).epsilon(0.13));  // within a step, of a twentieth of a decade
  CHECK(found.tenth_of_minimum == Approx(1e-2).epsilon(0.13));
}

TEST_CASE("a range test smooths with a mean that starts without a bias", "[schedule]") {
  const RangeTestOptions options{.steps = 60, .smoothing = 0.9};
  int calls = 0;
  const RangeTestResult found = learning_rate_range_test(options, [&](double) {
    const int k = calls++;
    return 5.0 - 0.05 * k + 0.3 * (k % 2);
  });
  REQUIRE(found.curve.size() == 60);
  double worst = 0.0;
  for (std::size_t k = 0; k < 60; ++k) {
    long double sum = 0, weights = 0;
    for (std::size_t i = 0; i <= k; ++i) {
      const long double weight = std::pow(0.9L, static_cast<long double>(k - i));
      sum += weight * found.curve[i].loss;
      weights += weight;
    }
    worst = std::max(worst, ulps(found.curve[k].smoothed, sum / weights));
  }
  CHECK(worst <= 32.0);
  CHECK(found.curve[0].smoothed == Approx(5.0));
  CHECK(found.suggestion > 0.0);
}

TEST_CASE("a range test stops where the loss explodes, also a negative one", "[schedule]") {
  for (const double level : {1.0, -1.0}) {
    int calls = 0;
    const RangeTestResult found = learning_rate_range_test({.smoothing = 0.0}, [&](double) {
      return ++calls == 20 ? level + 3.01 * std::fabs(level) : calls == 10 ? level + 2.9 : level;
    });
    CHECK(found.diverged);
    CHECK(calls == 20);
    CHECK(found.curve.size() == 20);
  }
  for (const double broken : {not_a_number, infinity, -infinity}) {
    int calls = 0;
    const RangeTestResult found =
        learning_rate_range_test({}, [&](double) { return ++calls == 7 ? broken : 1.0 / calls; });
    CHECK(found.diverged);
    CHECK(calls == 7);
    CHECK(found.curve.size() == 6);
    CHECK(std::isfinite(found.suggestion));
  }
  const RangeTestResult nothing = learning_rate_range_test({}, [](double) { return not_a_number; });
  CHECK(nothing.diverged);
  CHECK(nothing.curve.empty());
  CHECK(nothing.suggestion == 0.0);
}

TEST_CASE("a range test has the same bits everywhere", "[schedule]") {
  std::vector<double> values;
  const RangeTestResult found = learning_rate_range_test(
      {.smoothing = 0.8}, [](double rate) { return rate < 1.0 ? 1.0 / (1.0 + rate) : rate; });
  for (const auto& point : found.curve) {
    values.push_back(point.rate);
    values.push_back(point.smoothed);
  }
  values.push_back(found.suggestion);
  values.push_back(found.tenth_of_minimum);
  CHECK(hash_bits(values.data(), static_cast<std::int64_t>(values.size())) == 0xddcbb26677e690a5);
}

TEST_CASE("a range test refuses bad options before the first step", "[schedule]") {
  const RangeTestOptions bad[] = {{.lowest = 0.0},
                                  {.lowest = not_a_number},
                                  {.lowest = 20.0},
                                  {.highest = infinity},
                                  {.highest = not_a_number},
                                  {.highest = 1e-7},
                                  {.steps = 1},
                                  {.steps = -5},
                                  {.growth = static_cast<RangeTestGrowth>(7)},
                                  {.smoothing = 1.0},
                                  {.smoothing = -0.1},
                                  {.divergence = 1.0 - 1e-9},
                                  {.divergence = not_a_number}};
  for (const RangeTestOptions& options : bad) {
    CAPTURE(options.lowest, options.highest, options.steps, options.smoothing);
    int calls = 0;
    CHECK_THROWS_AS(learning_rate_range_test(options,
                                             [&](double) {
                                               ++calls;
                                               return 1.0;
                                             }),
                    std::invalid_argument);
    CHECK(calls == 0);
  }
  CHECK_THROWS_WITH(learning_rate_range_test({.steps = 1}, [](double) { return 1.0; }),
                    "learning_rate_range_test: steps must be at least 2, got 1");
}
