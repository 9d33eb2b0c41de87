// SPDX-License-Identifier: MIT
#include "eigentrain/core/random_source.hpp"

#include <random>
#include <vector>

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/shuffle.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

// A user's engine: counts through [Min, Max] of an integer type.
template <class U, U Min, U Max>
struct Counting {
  using result_type = U;
  static constexpr U min() { return Min; }
  static constexpr U max() { return Max; }
  U operator()() {
    const U now = value;
    value = value == Max ? Min : static_cast<U>(value + 1);
    ++calls;
    return now;
  }
  U value = Min;
  int calls = 0;
};

// xorshift64*: an engine that no standard library knows.
struct XorShift {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1du;
  }
  std::uint64_t state = 42;
};

struct Coin {
  using result_type = bool;
  static constexpr bool min() { return false; }
  static constexpr bool max() { return true; }
  bool operator()() { return (engine() & 0x80000000u) != 0; }
  std::mt19937 engine{42};
};

struct Signed {
  static constexpr int min() { return 0; }
  static constexpr int max() { return 7; }
  int operator()() { return 0; }
};
struct NoBounds {
  unsigned operator()() { return 0; }
};
struct RunTimeBounds {
  static unsigned min() { return 0; }
  static unsigned max() { return 7; }
  unsigned operator()() { return 0; }
};

static_assert(et::RandomSource<et::Generator>);
static_assert(et::RandomSource<std::mt19937>);
static_assert(et::RandomSource<std::mt19937_64>);
static_assert(et::RandomSource<std::minstd_rand>);
static_assert(et::RandomSource<std::ranlux24>);
static_assert(et::RandomSource<std::ranlux48>);
static_assert(et::RandomSource<std::knuth_b>);
static_assert(et::RandomSource<std::random_device>);
static_assert(et::RandomSource<XorShift>);
static_assert(et::RandomSource<Coin>);
static_assert(!et::RandomSource<const et::Generator>);
static_assert(!et::RandomSource<Signed>);
static_assert(!et::RandomSource<NoBounds>);
static_assert(!et::RandomSource<RunTimeBounds>);
static_assert(!et::RandomSource<Counting<unsigned, 7, 7>>);
static_assert(!et::RandomSource<std::uint32_t>);

// Words by the documented rule, written another way: bit by bit, from a list of values.
template <class Random>
std::uint32_t word_by_rule(Random& random) {
  const auto least = static_cast<std::uint64_t>(Random::min());
  const std::uint64_t span = static_cast<std::uint64_t>(Random::max()) - least;
  int bits = 0;  // the largest with 2^bits ≤ span + 1
  while (bits < 63 && (std::uint64_t{2} << bits) - 1 <= span) ++bits;
  if (span == ~std::uint64_t{0}) bits = 64;
  int values = 1;
  while (values * bits < 32) ++values;
  int taken = 1;
  while (taken * values < 32) ++taken;
  std::uint32_t word = 0;
  for (int at = 0; at < values * taken; at += taken) {
    std::uint64_t value = static_cast<std::uint64_t>(random()) - least;
    while (bits < 64 && value >= std::uint64_t{1} << bits) {
      value = static_cast<std::uint64_t>(random()) - least;
    }
    for (int i = 0; i < taken && at + i < 32; ++i) {
      const std::uint64_t bit = value >> (bits - taken + i) & 1;
      word |= static_cast<std::uint32_t>(bit << (at + i));
    }
  }
  return word;
}

template <class Random>
void check_words() {
  Random random, expected;
  for (int i = 0; i < 3000; ++i) REQUIRE(et::detail::next_word(random) == word_by_rule(expected));
}

// A uniform fill by the documented order of words.
template <class S, class Random>
void check_fill() {
  for (et::Index size : {1, 31, 32, 33, 64, 200, 700}) {
    Random words;
    std::vector<S> expected(static_cast<std::size_t>(size));
    for (S& value : expected) {
      if constexpr (sizeof(S) == 4) {
        value = static_cast<S>(et::detail::next_word(words) >> 8) * S(0x1p-24);
      } else {
        const std::uint64_t low = et::detail::next_word(words);
        const std::uint64_t both = low | std::uint64_t{et::detail::next_word(words)} << 32;
        value = static_cast<S>(both >> 11) * S(0x1p-53);
      }
    }
    const et::Index group = sizeof(S) == 4 ? 64 : 32;
    for (et::Index rest = (group - size % group) % group * (64 / group); rest > 0; --rest) {
      et::detail::next_word(words);
    }
    test::at_every_level([&] {
      Random random;
      std::vector<S> values(static_cast<std::size_t>(size), S(7));
      et::fill_uniform(values.data(), size, 0, 1, random);
      REQUIRE(values == expected);
      Random after = words;
      REQUIRE(random() == after());
    });
  }
}

template <class S, class Random>
void check_normal() {
  constexpr et::Index many = 200'000;
  Random random;
  std::vector<S> values(static_cast<std::size_t>(many));
  et::fill_normal(values.data(), many, 0, 1, random);
  const auto found = test::moments(values.data(), many);
  CHECK(std::abs(found.mean) < 4 / std::sqrt(double{many}));
  CHECK(std::abs(found.variance - 1) < 4 * std::sqrt(2.0 / many));
  CHECK(test::kolmogorov(values, test::normal_distribution) < 1.95);
}

}  // namespace

TEST_CASE("words are the upper bits of values, rejected and joined as documented",
          "[random_source]") {
  check_words<std::mt19937>();
  check_words<std::mt19937_64>();
  check_words<std::minstd_rand>();
  check_words<std::ranlux24>();
  check_words<std::ranlux48>();
  check_words<std::knuth_b>();
  check_words<XorShift>();
  check_words<Coin>();
  check_words<Counting<std::uint8_t, 3, 3 + 4>>();          // 5 values: 2 bits, the fifth rejected
  check_words<Counting<std::uint16_t, 1, 4096>>();          // 12 bits: 11 + 11 + 10
  check_words<Counting<std::uint32_t, 5, 0xffffffffu>>();   // just below 2³² values
  check_words<Counting<std::uint64_t, 1, 0x100000000u>>();  // exactly 2³²
  check_words<Counting<std::uint64_t, 0, 0x100000000u>>();  // one more, rejected
  check_words<Counting<std::uint64_t, 1, ~std::uint64_t{0}>>();  // 2⁶⁴ − 1 values: 63 bits
}

TEST_CASE("words written down", "[random_source]") {
  std::mt19937 same;
  std::mt19937 expected;
  CHECK(et::detail::next_word(same) == expected());
  std::mt19937_64 twice, half;
  CHECK(et::detail::next_word(twice) == half() >> 32);
  Counting<std::uint8_t, 0, 255> bytes;
  CHECK(et::detail::next_word(bytes) == 0x03020100u);
  CHECK(et::detail::next_word(bytes) == 0x07060504u);
  Counting<std::uint8_t, 10, 13> pairs;  // 0, 1, 2, 3, 0, …, two bits each
  CHECK(et::detail::next_word(pairs) == 0xe4e4e4e4u);
  Counting<std::uint8_t, 10, 14> pairs_of_five;  // 4 is rejected, after every 3
  CHECK(et::detail::next_word(pairs_of_five) == 0xe4e4e4e4u);
  CHECK(pairs_of_five.calls == 19);
}

TEMPLATE_TEST_CASE("element e of a fill takes word e, or words 2e and 2e + 1", "[random_source]",
                   float, double) {
  check_fill<TestType, std::mt19937>();
  check_fill<TestType, std::mt19937_64>();
  check_fill<TestType, std::minstd_rand>();
  check_fill<TestType, XorShift>();
}

TEMPLATE_TEST_CASE("normal numbers from other engines are normal", "[random_source][long]", float,
                   double) {
  check_normal<TestType, std::mt19937>();
  check_normal<TestType, std::mt19937_64>();
  check_normal<TestType, std::minstd_rand>();
  check_normal<TestType, XorShift>();
  check_normal<TestType, Coin>();
}

TEST_CASE("fills from other engines have the same bits at every level, written down",
          "[random_source]") {
  test::at_every_level([] {
    const auto hash = [](auto random, auto zero) {
      std::vector<decltype(zero)> values(1000);
      et::fill_normal(values.data(), 1000, 1, 2, random);
      return test::hash_bits(values.data(), 1000);
    };
    CHECK(hash(std::mt19937(42), 0.0f) == std::uint64_t{0x4801590d8c5673ccu});
    CHECK(hash(std::mt19937(42), 0.0) == std::uint64_t{0xbe78b016a30f7d43u});
    CHECK(hash(std::mt19937_64(42), 0.0f) == std::uint64_t{0xa6be68c7fe470cf7u});
    CHECK(hash(std::minstd_rand(42), 0.0) == std::uint64_t{0x66b6882c298c05dcu});
  });
}

TEST_CASE("other engines draw nothing when the arguments are bad", "[random_source]") {
  std::mt19937 random(42);
  float value = 7;
  CHECK_THROWS(et::fill_uniform(&value, 1, 2, 1, random));
  CHECK_THROWS(et::fill_normal(&value, 1, 0, -1, random));
  CHECK_THROWS(et::random_below(0, random));
  CHECK(random == std::mt19937(42));
  et::fill_normal(&value, 0, 0, 1, random);
  CHECK(random == std::mt19937(42));
  CHECK(value == 7);
}

TEST_CASE("shuffle takes any engine", "[random_source]") {
  std::minstd_rand random(42);
  std::vector<int> counts(24), order(4);
  for (int i = 0; i < 24000; ++i) {
    order = {0, 1, 2, 3};
    et::shuffle(order.data(), 4, random);
    ++counts[static_cast<std::size_t>(order[0] * 6 + (order[1] - (order[1] > order[0])) * 2 +
                                      (order[2] > order[3]))];
  }
  double chi_square = 0;
  for (int count : counts) chi_square += (count - 1000) * (count - 1000) / 1000.0;
  CHECK(chi_square < 49.7);  // one in a thousand, with 23 degrees of freedom
}
