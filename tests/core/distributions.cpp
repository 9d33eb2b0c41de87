// SPDX-License-Identifier: MIT
#include "eigentrain/core/distributions.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

constexpr et::Index many = 1'000'000;

template <class S>
std::vector<S> uniforms(et::Index size, double low, double high, et::Generator random) {
  std::vector<S> values(static_cast<std::size_t>(size));
  et::fill_uniform(values.data(), size, low, high, random);
  return values;
}

template <class S>
std::vector<S> normals(et::Index size, double mean, double std, et::Generator random) {
  std::vector<S> values(static_cast<std::size_t>(size));
  et::fill_normal(values.data(), size, mean, std, random);
  return values;
}

template <class S>
std::uint64_t hash(const std::vector<S>& values) {
  return test::hash_bits(values.data(), std::ssize(values));
}

double correlation(const std::vector<double>& values, std::size_t lag) {
  double sum = 0;
  for (std::size_t i = lag; i < values.size(); ++i) sum += values[i] * values[i - lag];
  return sum / static_cast<double>(values.size() - lag);
}

}  // namespace

TEMPLATE_TEST_CASE("uniform numbers are uniform", "[distributions][long]", float, double) {
  const auto values = uniforms<TestType>(many, -3, 5, et::Generator(42));
  const auto found = test::moments(values.data(), many);
  const double variance = 64.0 / 12;
  CHECK(std::abs(found.mean - 1) < 4 * std::sqrt(variance / many));
  CHECK(std::abs(found.variance - variance) < 4 * variance * std::sqrt(0.8 / many));
  CHECK(test::kolmogorov(values, [](double x) { return (x + 3) / 8; }) < 1.95);
  for (TestType x : values) {
    REQUIRE(x >= TestType(-3));
    REQUIRE(x < TestType(5));
  }
}

TEMPLATE_TEST_CASE("normal numbers are normal", "[distributions][long]", float, double) {
  const auto values = normals<TestType>(many, 0.5, 2, et::Generator(42));
  const auto found = test::moments(values.data(), many);
  CHECK(std::abs(found.mean - 0.5) < 4 * 2 / std::sqrt(double{many}));
  CHECK(std::abs(found.variance - 4) < 4 * 4 * std::sqrt(2.0 / many));
  CHECK(test::kolmogorov(values,
                         [](double x) { return test::normal_distribution((x - 0.5) / 2); }) < 1.95);
  double fourth = 0;
  int beyond_four = 0;
  for (TestType x : values) {
    const double z = (static_cast<double>(x) - 0.5) / 2;
    REQUIRE(std::abs(z) < (sizeof(TestType) == 4 ? 6.67 : 8.58));
    fourth += z * z * z * z / many;
    beyond_four += std::abs(z) > 4;
  }
  CHECK(std::abs(fourth - 3) < 4 * std::sqrt(96.0 / many));
  CHECK(std::abs(beyond_four - 63.3) < 4 * 8.0);  // 10⁶·P(|z| > 4)
}

TEST_CASE("neighbours and partners are not correlated", "[distributions][long]") {
  const auto values = normals<double>(many, 0, 1, et::Generator(42));
  for (std::size_t lag : {1u, 2u, 8u, 15u, 16u, 31u, 32u}) {
    CHECK(std::abs(correlation(values, lag)) < 4 / std::sqrt(double{many}));
  }
  // The two of a pair, and their squares, 16 apart.
  double squares = 0;
  for (std::size_t i = 0; i + 16 < values.size(); ++i) {
    squares += (values[i] * values[i] - 1) * (values[i + 16] * values[i + 16] - 1) / many;
  }
  CHECK(std::abs(squares) < 4 * 2 / std::sqrt(double{many}));
}

TEST_CASE("streams, splits and seeds are not correlated", "[distributions][long]") {
  // A generator for each layer, each worker and each step, neighbours in number.
  const et::Generator random(42);
  std::vector<et::Generator> sources = {random, et::Generator(43), et::Generator(42, 1),
                                        et::Generator(42, 2), et::Generator(42, 1ull << 32)};
  for (std::uint64_t n = 0; n < 4; ++n) sources.push_back(random.split(n));
  for (std::uint64_t n = 0; n < 3; ++n) sources.push_back(random.split(0).split(n));
  constexpr et::Index size = 100'000;
  std::vector<std::vector<double>> values;
  for (const et::Generator& source : sources) values.push_back(normals<double>(size, 0, 1, source));
  const double unit = 1 / std::sqrt(double{size});
  for (std::size_t a = 0; a < values.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      for (std::size_t lag : {0u, 1u, 16u}) {
        double product = 0, squares = 0;
        for (std::size_t i = lag; i < values[a].size(); ++i) {
          const double x = values[a][i], y = values[b][i - lag];
          product += x * y;
          squares += (x * x - 1) * (y * y - 1) / 2;
        }
        INFO("sources " << a << " and " << b << ", lag " << lag);
        CHECK(std::abs(product / size) < 4.5 * unit);  // 198 pairs: one in 700 tests
        CHECK(std::abs(squares / size) < 5.5 * unit);  // has longer tails
      }
    }
  }
}

TEST_CASE("corresponding words of streams differ in half of their bits", "[distributions]") {
  const et::Generator random(42);
  for (std::uint64_t n = 1; n < 50; ++n) {
    for (et::Generator other : {et::Generator(42, n), et::Generator(42 + n), random.split(n)}) {
      et::Generator first = random;
      int different = 0;
      for (int i = 0; i < 1000; ++i) different += std::popcount(first() ^ other());
      CHECK(std::abs(different - 16000) < 5 * 89.4);  // √(32,000)/2
    }
  }
}

TEMPLATE_TEST_CASE("a range filled in pieces, on threads, gets the values of one fill",
                   "[distributions]", float, double) {
  using S = TestType;
  constexpr et::Index size = 5000, group = sizeof(S) == 4 ? 64 : 32;
  for (std::uint64_t start : {std::uint64_t{0}, std::uint64_t{1000}}) {
    et::Generator random(42, 7);
    random.set_position(start);
    et::Generator after = random;
    std::vector<S> whole(static_cast<std::size_t>(size));
    et::fill_normal(whole.data(), size, 0, 1, after);
    for (et::Index piece : {group, 3 * group, 20 * group}) {
      std::vector<S> values(static_cast<std::size_t>(size));
      std::vector<std::thread> workers;
      for (et::Index begin = 0; begin < size; begin += piece) {
        workers.emplace_back([&, begin] {
          et::Generator own = random;
          own.set_position(start + static_cast<std::uint64_t>(begin / group * 64));
          et::fill_normal(values.data() + begin, std::min(piece, size - begin), 0, 1, own);
        });
      }
      for (std::thread& worker : workers) worker.join();
      REQUIRE(values == whole);
    }
  }
}

TEST_CASE("uniform numbers are the multiples of 2^-24 or 2^-53, all bits alive",
          "[distributions]") {
  std::uint32_t any24 = 0, all24 = ~0u;
  for (float x : uniforms<float>(10000, 0, 1, et::Generator(42))) {
    const float scaled = x * 0x1p24f;
    REQUIRE(scaled == std::floor(scaled));
    any24 |= static_cast<std::uint32_t>(scaled);
    all24 &= static_cast<std::uint32_t>(scaled);
  }
  CHECK(any24 == 0xffffffu);
  CHECK(all24 == 0);
  std::uint64_t any53 = 0, all53 = ~std::uint64_t{0};
  for (double x : uniforms<double>(10000, 0, 1, et::Generator(42))) {
    const double scaled = x * 0x1p53;
    REQUIRE(scaled == std::floor(scaled));
    any53 |= static_cast<std::uint64_t>(scaled);
    all53 &= static_cast<std::uint64_t>(scaled);
  }
  CHECK(any53 == 0x1fffffffffffffu);
  CHECK(all53 == 0);
}

TEST_CASE("the largest words stay below the upper bound and away from infinity",
          "[distributions]") {
  using Words = et::Words<std::uint32_t, 1>;
  const auto uniform = et::detail::uniform_draw<float>(0.9, 1.1, "test");
  const auto normal = et::detail::normal_draw<float>(0, 1, "test");
  et::Packet<float, 1> x, y;
  uniform(Words(~0u), Words(0u), x, y);
  CHECK(x[0] < 1.1f);
  CHECK(y[0] == 0.9f);
  // 16777216 + 1 rounds to itself: without the clamp the upper half would give `high`.
  const auto coarse = et::detail::uniform_draw<float>(16777216.0, 16777218.0, "test");
  coarse(Words(~0u), Words(0u), x, y);
  CHECK(x[0] == 16777216.0f);
  for (std::uint32_t word : {0u, 1u, 0x7fffffffu, 0x80000000u, ~0u}) {
    normal(Words(word), Words(0u), x, y);
    CHECK(std::isfinite(x[0]));
    CHECK(y[0] == 0.0f);
  }
  normal(Words(0u), Words(0u), x, y);
  CHECK(x[0] == Approx(std::sqrt(2 * 32 * std::log(2.0))));
  const auto wide = et::detail::normal_draw<double>(0, 1, "test");
  et::Exact u, v;
  wide(et::Words<std::uint64_t, 1>(~std::uint64_t{0}), et::Words<std::uint64_t, 1>(0u), u, v);
  CHECK(u[0] == Approx(std::sqrt(2 * 53 * std::log(2.0))));
}

TEST_CASE("fills have the same bits at every level, written down", "[distributions]") {
  test::at_every_level([] {
    const et::Generator random(42, 3);
    CHECK(hash(uniforms<float>(1000, -1, 1, random)) == std::uint64_t{0x22d6bafb0ec427c9u});
    CHECK(hash(uniforms<double>(1000, -1, 1, random)) == std::uint64_t{0xf82c8f8afcda049eu});
    CHECK(hash(normals<float>(1000, 1, 2, random)) == std::uint64_t{0x265265a37ccd0767u});
    CHECK(hash(normals<double>(1000, 1, 2, random)) == std::uint64_t{0x1cf07fbe9c793c1bu});
  });
}

TEMPLATE_TEST_CASE("bad arguments throw and draw nothing", "[distributions]", float, double) {
  using S = TestType;
  et::Generator random(42);
  S value = 7;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const double most = std::numeric_limits<S>::max();
  CHECK_THROWS_WITH(et::fill_uniform(&value, 1, 2, 1, random),
                    "fill_uniform: low must not be above high, got 2 and 1");
  CHECK_THROWS_WITH(et::fill_uniform(&value, 1, nan, 1, random), ContainsSubstring("low"));
  CHECK_THROWS_WITH(et::fill_uniform(&value, 1, 0, infinity, random), ContainsSubstring("high"));
  CHECK_THROWS_WITH(et::fill_uniform(&value, 1, -most, most, random),
                    ContainsSubstring("high - low"));
  CHECK_THROWS_WITH(et::fill_uniform(&value, -1, 0, 1, random), ContainsSubstring("size"));
  CHECK_THROWS_WITH(et::fill_normal(&value, 1, nan, 1, random), ContainsSubstring("mean"));
  CHECK_THROWS_WITH(et::fill_normal(&value, 1, 0, -1, random), ContainsSubstring("std"));
  CHECK_THROWS_WITH(et::fill_normal(&value, 1, 0, nan, random), ContainsSubstring("std"));
  CHECK_THROWS_WITH(et::fill_normal(&value, 1, 0, infinity, random), ContainsSubstring("std"));
  CHECK(value == S(7));
  CHECK(random.position() == 0);
  if (sizeof(S) == 4) {
    CHECK_THROWS(et::fill_uniform(&value, 1, 0, 1e300, random));
    CHECK_THROWS(et::fill_normal(&value, 1, 1e300, 1, random));
  }
  et::fill_uniform(&value, 1, 3, 3, random);
  CHECK(value == S(3));
  et::fill_normal(&value, 1, 3, 0, random);
  CHECK(value == S(3));
}
