// SPDX-License-Identifier: MIT
#include "eigentrain/core/shuffle.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/hash.hpp"

namespace et = eigentrain;

TEST_CASE("random_below is below, and equally often everywhere", "[shuffle][long]") {
  et::Generator random(42);
  const std::int64_t big = 3'000'000'000;  // without rejection, a third would be twice as likely
  for (std::int64_t bound : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{10},
                             big, (std::int64_t{1} << 62) + 1}) {
    std::array<int, 3> thirds = {};
    const int draws = 90000;
    for (int i = 0; i < draws; ++i) {
      const std::int64_t value = random_below(bound, random);
      REQUIRE(value >= 0);
      REQUIRE(value < bound);
      ++thirds[static_cast<std::size_t>(static_cast<double>(value) / static_cast<double>(bound) *
                                        3)];
    }
    if (bound >= 3 && bound != 10) {
      for (int third : thirds) CHECK(std::abs(third - draws / 3) < 4 * 142);  // 4 standard errors
    }
  }
}

TEST_CASE("random_below rejects the words that would favour small numbers", "[shuffle]") {
  // Of bound 3·2³⁰ the products leave 2³⁰ words over: a quarter of all must be drawn again.
  et::Generator random(42);
  const int draws = 40000;
  for (int i = 0; i < draws; ++i) random_below(std::int64_t{3} << 30, random);
  CHECK(static_cast<double>(random.position()) / draws == Approx(4.0 / 3).epsilon(0.02));
  // Of bound 3·2⁶¹, two words a number, as many are left over.
  random.set_position(0);
  for (int i = 0; i < draws; ++i) random_below(std::int64_t{3} << 61, random);
  CHECK(static_cast<double>(random.position()) / draws == Approx(8.0 / 3).epsilon(0.02));
}

TEST_CASE("a shuffle gives every order equally often", "[shuffle]") {
  et::Generator random(42);
  std::map<std::string, int> orders;
  const int draws = 48000;
  for (int i = 0; i < draws; ++i) {
    std::string word = "abcd";
    et::shuffle(word.data(), 4, random);
    ++orders[word];
  }
  REQUIRE(orders.size() == 24);
  double chi_square = 0;
  for (const auto& [order, count] : orders) {
    chi_square += (count - draws / 24.0) * (count - draws / 24.0) / (draws / 24.0);
  }
  CHECK(chi_square < 55);  // 23 degrees of freedom: above once in 5,000 seeds
}

TEST_CASE("a shuffle is a permutation, the same one everywhere", "[shuffle]") {
  std::vector<float> order(1000);
  std::iota(order.begin(), order.end(), 0.0f);
  const std::vector<float> sorted = order;
  et::Generator random(42);
  et::shuffle(order.data(), std::ssize(order), random);
  CHECK(order != sorted);
  CHECK(et::test::hash_bits(order.data(), std::ssize(order)) == std::uint64_t{0x9230835d01dbbd48u});
  std::sort(order.begin(), order.end());
  CHECK(order == sorted);
}

TEST_CASE("a shuffle of nothing, of one, and of a negative number", "[shuffle]") {
  et::Generator random(42);
  int one = 7;
  et::shuffle(static_cast<int*>(nullptr), 0, random);
  et::shuffle(&one, 1, random);
  CHECK(one == 7);
  CHECK_THROWS_WITH(et::shuffle(&one, -1, random), "shuffle: count must be at least 0, got -1");
  CHECK_THROWS_WITH(et::random_below(0, random), "random_below: bound must be at least 1, got 0");
  CHECK(random.position() == 0);
}
