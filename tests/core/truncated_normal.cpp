// SPDX-License-Identifier: MIT
#include "eigentrain/core/truncated_normal.hpp"

#include <random>
#include <set>
#include <vector>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using et::StdOf;

namespace {

constexpr et::Index many = 1'000'000;
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class S>
std::vector<S> draws(et::Index size, double mean, double std, double low, double high,
                     StdOf std_of = StdOf::parent, et::Generator random = et::Generator(42)) {
  std::vector<S> values(static_cast<std::size_t>(size));
  et::fill_truncated_normal(values.data(), size, mean, std, low, high, random, std_of);
  return values;
}

// The distribution function between a and b, from the nearer tail.
double distribution(double z, double a, double b) {
  const auto upper = [](double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); };
  if (a > 0) return (upper(a) - upper(z)) / (upper(a) - upper(b));
  if (b < 0) return (upper(-z) - upper(-a)) / (upper(-b) - upper(-a));
  return (upper(-z) - upper(-a)) / (1 - upper(-a) - upper(b));
}

template <class S>
void check_distribution(double mean, double std, double low, double high) {
  INFO("N(" << mean << ", " << std << "^2) in [" << low << ", " << high << "]");
  const auto values = draws<S>(many, mean, std, low, high);
  const double a = (low - mean) / std, b = (high - mean) / std;
  double at_low = 0, at_high = 0;
  REQUIRE(static_cast<double>(*std::min_element(values.begin(), values.end())) >= low);
  REQUIRE(static_cast<double>(*std::max_element(values.begin(), values.end())) <= high);
  for (S x : values) {
    at_low += static_cast<double>(x) == low;
    at_high += static_cast<double>(x) == high;
  }
  // A bound stands for half as many values as the numbers of S beside it.
  const auto expected = et::detail::normal_interval(a, b);
  const auto share = [&](double bound, double z) {
    const double unit =
        std::nextafter(static_cast<S>(std::abs(bound)), S(HUGE_VAL)) - std::abs(bound);
    const double beside = std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0)) * unit / std;
    return many * beside / expected.mass;
  };
  if (a > -infinity) CHECK(at_low <= share(low, a) + 4 * std::sqrt(share(low, a)) + 1);
  if (b < infinity) CHECK(at_high <= share(high, b) + 4 * std::sqrt(share(high, b)) + 1);
  const auto found = test::moments(values.data(), many);
  const double sigma = std * std::sqrt(expected.variance);
  CHECK(std::abs(found.mean - (mean + std * expected.mean)) < 4 * sigma / std::sqrt(double{many}));
  double fourth = 0;
  for (S x : values) {
    const double y = (static_cast<double>(x) - mean) / std - expected.mean;
    fourth += y * y * y * y / many;
  }
  const double spread =
      std * std * std::sqrt((fourth - expected.variance * expected.variance) / many);
  CHECK(std::abs(found.variance - sigma * sigma) < 4 * spread);
  CHECK(test::kolmogorov(values, [&](double x) { return distribution((x - mean) / std, a, b); }) <
        1.95);
}

}  // namespace

TEMPLATE_TEST_CASE("truncated normal numbers have their distribution, near and in far tails",
                   "[truncated_normal][long]", float, double) {
  check_distribution<TestType>(0, 1, -2, 2);
  check_distribution<TestType>(0.5, 0.25, 0, 1.5);
  check_distribution<TestType>(0, 1, -1, 5);
  check_distribution<TestType>(0, 1, 0.5, infinity);
  check_distribution<TestType>(0, 1, -infinity, 1);
  check_distribution<TestType>(0, 1, -infinity, infinity);
  check_distribution<TestType>(0, 1, 5, 6);
  check_distribution<TestType>(0, 1, -9, -8);
  check_distribution<TestType>(0, 1, 10, infinity);
  check_distribution<TestType>(0, 1, 2, 2.5);  // across the join of the two approximations
  check_distribution<TestType>(0, 1, -3, 1);
  check_distribution<TestType>(0, 1, -0.125, 0.25);
  check_distribution<TestType>(0, 1, -0x1p-7, 0x1p-7);  // narrow for float
  check_distribution<TestType>(0, 1, 3, 3 + 0x1p-9);
  check_distribution<TestType>(0, 1, 1, 1 + 0x1p-6);
}

TEMPLATE_TEST_CASE("no value is outside bounds that the type doesn't have", "[truncated_normal]",
                   float, double) {
  for (double low : {0.1, -0.1, 1.1}) {
    for (double width : {0.3, 1e-5, 2e-7}) {
      for (TestType x : draws<TestType>(20000, 0, 1, low, low + width)) {
        REQUIRE(static_cast<double>(x) >= low);
        REQUIRE(static_cast<double>(x) <= low + width);
      }
    }
  }
}

TEMPLATE_TEST_CASE("one kind of interval goes over into the other", "[truncated_normal]", float,
                   double) {
  // Just narrow and just not narrow: nearly the same numbers from the same words.
  const double limit = sizeof(TestType) == 4 ? 0x1p-6 : 0x1p-12;
  for (double at : {0.0, 0.9}) {
    const auto narrow = draws<TestType>(1000, 0, 1, at - limit * 0.9999, at + limit * 0.9999);
    const auto wide = draws<TestType>(1000, 0, 1, at - limit * 1.0001, at + limit * 1.0001);
    for (std::size_t i = 0; i < narrow.size(); ++i) {
      const double difference = static_cast<double>(narrow[i]) - static_cast<double>(wide[i]);
      REQUIRE(std::abs(difference) < 2.1e-4 * limit + 4 * std::numeric_limits<TestType>::epsilon());
    }
  }
}

TEMPLATE_TEST_CASE("the smallest and the largest words stay inside", "[truncated_normal]", float,
                   double) {
  using S = TestType;
  using U = et::detail::UnsignedOf<S>;
  for (double low : {-2.0, -1.0, 5.0, -9.0, 10.0, -3.0}) {
    for (double high : {2.0, 6.0, -8.0, infinity, -2.9999}) {
      if (low >= high) continue;
      const auto draw = et::detail::truncated_normal_draw<S>(0, 1, low, high, "test");
      et::Packet<S, 1> first, last;
      draw(et::Words<U, 1>(U{0}), et::Words<U, 1>(static_cast<U>(~U{0})), first, last);
      INFO("[" << low << ", " << high << "]: " << first[0] << " to " << last[0]);
      CHECK(static_cast<double>(first[0]) >= low);
      CHECK(static_cast<double>(last[0]) <= high);
      CHECK(std::isfinite(first[0]));
      CHECK(std::isfinite(last[0]));
      // Half of one part of 2³¹ or 2⁵³ lies beyond them, give or take a rounding of theirs.
      const double part =
          std::ldexp(et::detail::normal_interval(low, high).mass, sizeof(S) == 4 ? -32 : -54);
      const auto beyond = [&](double z, double bound, bool up) {
        const double mass = z == bound ? 0
                            : up       ? et::detail::normal_interval(z, bound).mass
                                       : et::detail::normal_interval(bound, z).mass;
        const double height = std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0));
        const double centre = std::abs(z) < 2.125 ? 1 : 0;  // there probabilities count from ½
        const double rounding =
            std::numeric_limits<S>::epsilon() * (centre + 8 * std::abs(z) * height);
        return mass < 1.01 * part + rounding && mass > 0.99 * part - rounding;
      };
      CHECK(beyond(static_cast<double>(first[0]), low, false));
      CHECK(beyond(static_cast<double>(last[0]), high, true));
      CHECK(first[0] < last[0]);
    }
  }
  const auto draw = et::detail::truncated_normal_draw<S>(0, 1, -infinity, infinity, "test");
  et::Packet<S, 1> first, last;
  draw(et::Words<U, 1>(U{0}), et::Words<U, 1>(static_cast<U>(~U{0})), first, last);
  CHECK(first[0] == Approx(sizeof(S) == 4 ? -6.2303 : -8.2924).epsilon(1e-4));
  CHECK(last[0] == Approx(sizeof(S) == 4 ? 6.2303 : 8.2924).epsilon(1e-4));
}

TEMPLATE_TEST_CASE("values grow with their words", "[truncated_normal]", float, double) {
  using S = TestType;
  using U = et::detail::UnsignedOf<S>;
  const S slack = 8 * std::numeric_limits<S>::epsilon();
  for (double low : {-2.0, -4.0, 1.0}) {
    const auto draw = et::detail::truncated_normal_draw<S>(0, 1, low, 4, "test");
    S previous = static_cast<S>(low);
    for (int i = 0; i < 4096; ++i) {
      const U word = static_cast<U>(i) << (sizeof(U) * 8 - 12);
      et::Packet<S, 1> x, y;
      draw(et::Words<U, 1>(word), et::Words<U, 1>(word), x, y);
      REQUIRE(x[0] >= previous - slack * std::abs(previous));
      REQUIRE(y[0] == x[0]);
      previous = x[0];
    }
  }
}

TEMPLATE_TEST_CASE("the result has the std asked for, the parent by option",
                   "[truncated_normal][long]", float, double) {
  const auto std_of = [](const auto& values) {
    return std::sqrt(test::moments(values.data(), std::ssize(values)).variance);
  };
  const auto result = draws<TestType>(many, 1, 0.5, 0, 3, StdOf::result);
  const auto parent = draws<TestType>(many, 1, 0.5, 0, 3, StdOf::parent);
  CHECK(std::abs(std_of(result) - 0.5) < 4 * 0.5 / std::sqrt(2.0 * many));
  const double left = 0.5 * std::sqrt(et::detail::normal_interval(-2, 4).variance);
  CHECK(left < 0.48);
  CHECK(std::abs(std_of(parent) - left) < 4 * 0.5 / std::sqrt(2.0 * many));
  std::vector<TestType> values(1000);
  et::Generator random(42);
  et::fill_truncated_normal(values.data(), 1000, 1, 0.5, 0, 3, random);
  CHECK(std::equal(values.begin(), values.end(), result.begin()));
}

TEST_CASE("every value has a word of its own", "[truncated_normal][long]") {
  const auto values = draws<double>(many, 0, 1, -2, 2);
  CHECK(std::set<double>(values.begin(), values.end()).size() == values.size());
  for (std::size_t lag : {1u, 2u, 15u, 16u, 32u}) {
    double sum = 0;
    for (std::size_t i = lag; i < values.size(); ++i) sum += values[i] * values[i - lag] / many;
    CHECK(std::abs(sum) < 4 * 0.7738 / std::sqrt(double{many}));
  }
}

TEST_CASE("truncated fills have the same bits at every level, written down", "[truncated_normal]") {
  test::at_every_level([] {
    const auto hash = [](const auto& values) {
      return test::hash_bits(values.data(), std::ssize(values));
    };
    CHECK(hash(draws<float>(1000, 0, 1, -2, 2)) == std::uint64_t{0x563dbcf1b33d5ef4u});
    CHECK(hash(draws<double>(1000, 0, 1, -2, 2)) == std::uint64_t{0x5219b21ab801186du});
    CHECK(hash(draws<float>(1000, 1, 2, -4, 9)) == std::uint64_t{0xf7f2db520c009d99u});
    CHECK(hash(draws<double>(1000, 1, 2, -4, 9)) == std::uint64_t{0xde8dae9fd7d8403du});
    CHECK(hash(draws<float>(1000, 0, 1, 1, 1.001)) == std::uint64_t{0xdcc8b2550d959d34u});
    CHECK(hash(draws<double>(1000, 0, 1, 1, 1.0001)) == std::uint64_t{0xa5f1b6e06b5bf903u});
  });
}

TEMPLATE_TEST_CASE("truncation without width, and without std", "[truncated_normal]", float,
                   double) {
  CHECK(draws<TestType>(3, 0, 0, 0, 0, StdOf::result) == std::vector<TestType>(3, 0));
  CHECK(draws<TestType>(3, 0, 1, 0.1, 0.1) == std::vector<TestType>(3, TestType(0.1)));
  CHECK(draws<TestType>(3, 0.5, 0, 0, 1) == std::vector<TestType>(3, TestType(0.5)));
  CHECK(draws<TestType>(3, 0, 0, 0, infinity) == std::vector<TestType>(3, TestType(0)));
  CHECK(draws<TestType>(0, 0, 1, -2, 2).empty());
}

TEMPLATE_TEST_CASE("a truncation that can't be throws and draws nothing", "[truncated_normal]",
                   float, double) {
  using S = TestType;
  et::Generator random(42);
  std::mt19937 engine(42);
  S value = 7;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto fill = [&](double mean, double std, double low, double high, et::Index size = 1) {
    et::fill_truncated_normal(&value, size, mean, std, low, high, engine, StdOf::parent);
    et::fill_truncated_normal(&value, size, mean, std, low, high, random, StdOf::parent);
  };
  CHECK_THROWS_WITH(fill(0, 1, 2, -2),
                    "fill_truncated_normal: low must not be above high, got 2 and -2");
  CHECK_THROWS_WITH(fill(nan, 1, -2, 2), ContainsSubstring("mean"));
  CHECK_THROWS_WITH(fill(infinity, 1, -2, 2), ContainsSubstring("mean"));
  CHECK_THROWS_WITH(fill(0, -1, -2, 2), ContainsSubstring("std"));
  CHECK_THROWS_WITH(fill(0, nan, -2, 2), ContainsSubstring("std"));
  CHECK_THROWS_WITH(fill(0, infinity, -2, 2), ContainsSubstring("std"));
  CHECK_THROWS_WITH(fill(0, 1, nan, 2), ContainsSubstring("low"));
  CHECK_THROWS_WITH(fill(0, 1, -2, nan), ContainsSubstring("high"));
  CHECK_THROWS_WITH(fill(0, 1, infinity, infinity), ContainsSubstring("low"));
  CHECK_THROWS_WITH(fill(0, 1, -infinity, -infinity), ContainsSubstring("high"));
  CHECK_THROWS_WITH(fill(0, 1, 10.5, 12),
                    "fill_truncated_normal: [10.5, 12] must come within 10 standard deviations of "
                    "the mean 0, but the parent's standard deviation is 1");
  CHECK_THROWS_WITH(fill(0, 1, -infinity, -11), ContainsSubstring("within 10"));
  CHECK_THROWS_WITH(fill(0, 0, 1, 2), ContainsSubstring("with std 0"));
  CHECK_THROWS_WITH(fill(0, 1, -2, 2, -1), ContainsSubstring("size"));
  CHECK_THROWS_WITH(et::fill_truncated_normal(&value, 1, 0.0, 3.0, -2.0, 2.0, random),
                    ContainsSubstring("no normal distribution"));
  if (sizeof(S) == 4) {
    CHECK_THROWS_WITH(fill(0, 1, 0.1, std::nextafter(0.1, 1.0)),
                      ContainsSubstring("no number of the tensor's type"));
    CHECK_THROWS_WITH(fill(0, 1e300, 1e300, 2e300), ContainsSubstring("std"));
    CHECK_THROWS_WITH(fill(0, 1, 1e300, 2e300), ContainsSubstring("low"));
  }
  CHECK(value == S(7));
  CHECK(random == et::Generator(42));
  CHECK(engine == std::mt19937(42));
}
