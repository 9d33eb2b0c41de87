// SPDX-License-Identifier: MIT
#include "eigentrain/core/generator.hpp"

#include <random>
#include <set>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;

static_assert(std::uniform_random_bit_generator<et::Generator>);
static_assert(std::is_trivially_copyable_v<et::Generator>);

TEST_CASE("the sequence is the words of the counters in order", "[generator]") {
  et::Generator random(42, 7);
  for (std::uint64_t counter = 0; counter < 10; ++counter) {
    const auto words = et::philox_words<1>(42, 7, counter);
    for (int j = 0; j < 4; ++j) REQUIRE(random() == words.word[j].lanes);
  }
  CHECK(random.position() == 40);
  CHECK(random.seed() == 42);
  CHECK(random.stream() == 7);
}

TEST_CASE("a position resumes the sequence at any word", "[generator]") {
  et::Generator random(1);
  std::vector<std::uint32_t> words;
  for (int i = 0; i < 50; ++i) words.push_back(random());
  for (std::uint64_t start = 0; start < 50; ++start) {
    et::Generator resumed(1);
    resumed.set_position(start);
    for (std::uint64_t i = start; i < 50; ++i) REQUIRE(resumed() == words[i]);
    CHECK(resumed == random);
  }
  // Also from a state in the middle of a counter.
  random.set_position(3);
  CHECK(random() == words[3]);
  random.set_position(5);
  CHECK(random() == words[5]);
}

TEST_CASE("counters are taken whole", "[generator]") {
  et::Generator random(1);
  CHECK(random.take_counters(3) == 0);
  CHECK(random.position() == 12);
  random();
  CHECK(random.take_counters(2) == 4);  // what is left of counter 3 is skipped
  CHECK(random.position() == 24);
  CHECK(random.take_counters(0) == 6);
  CHECK(random.position() == 24);
  et::Generator expected(1);
  expected.set_position(24);
  CHECK(random() == expected());
}

TEST_CASE("splits are streams of their own, wherever the generator stands", "[generator]") {
  const et::Generator random(42);
  std::set<std::uint64_t> streams = {random.stream()};
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const et::Generator part = random.split(n);
    CHECK(part.seed() == 42);
    CHECK(part.position() == 0);
    streams.insert(part.stream());
    streams.insert(part.split(n).stream());
  }
  CHECK(streams.size() == 2001);
  et::Generator moved(42);
  moved();
  CHECK(moved.split(5) == random.split(5));
  CHECK_FALSE(random.split(1).split(2) == random.split(2).split(1));
  CHECK_FALSE(et::Generator(43).split(5).stream() == random.split(5).stream());
}

TEST_CASE("streams and seeds share no words", "[generator]") {
  std::set<std::uint32_t> words;
  std::size_t count = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::uint64_t stream = 0; stream < 4; ++stream) {
      et::Generator random(seed, stream);
      for (int i = 0; i < 64; ++i, ++count) words.insert(random());
    }
  }
  CHECK(words.size() >= count - 2);  // 1024 words of 2³² meet by chance once in 8,000 tests
}

TEST_CASE("a generator comes back to its place, whatever words another one holds") {
  et::Generator random(7, 8), other(1);
  random(), random();
  other();
  CHECK(et::test::come_back(random, other) == 3);
  CHECK(other == random);
  CHECK(other() == random());
}
