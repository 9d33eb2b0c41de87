// SPDX-License-Identifier: MIT
#include "eigentrain/core/philox.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

#if __has_include(<Random123/philox.h>)
#include <Random123/philox.h>
#define HAS_RANDOM123 1
#endif

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

struct Vector {
  std::uint64_t seed, stream, counter;
  std::uint32_t words[4];
};

std::vector<std::uint32_t> group_at_level(std::uint64_t seed, std::uint64_t stream,
                                          std::uint64_t counter) {
  std::vector<std::uint32_t> words(et::philox_group_words);
  std::uint32_t* to = words.data();
  et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int N = Bytes / 4;
    for (int i = 0; i < et::philox_group_counters; i += N) {
      const auto drawn = et::philox_words<N>(seed, stream, counter + static_cast<std::uint64_t>(i));
      for (int j = 0; j < 4; ++j) drawn.word[j].store(to + 16 * j + i);
    }
  });
  return words;
}

}  // namespace

// The known answers that come with Random123 (kat_vectors), for ten rounds: counter words 0 and 1
// are ours, 2 and 3 the stream; key word 0 is the seed's lower half.
TEST_CASE("philox gives the published answers", "[philox]") {
  const std::uint64_t all = ~std::uint64_t{0};
  const Vector known[] = {
      {0, 0, 0, {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}},
      {all, all, all, {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}},
      {0x299f31d0a4093822u,
       0x0370734413198a2eu,
       0x85a308d3243f6a88u,
       {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}},
  };
  for (const Vector& vector : known) {
    const auto words = et::philox_words<1>(vector.seed, vector.stream, vector.counter);
    for (int j = 0; j < 4; ++j) CHECK(words.word[j].lanes == vector.words[j]);
  }
}

TEST_CASE("registers hold the words of consecutive counters, across carries", "[philox]") {
  for (std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{0xfeedfacecafebeefu}}) {
    for (std::uint64_t stream : {std::uint64_t{7}, ~std::uint64_t{0}}) {
      for (std::uint64_t counter :
           {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{0xfffffff9u}, ~std::uint64_t{6}}) {
        test::at_every_level([&] {
          const auto words = group_at_level(seed, stream, counter);
          for (std::uint64_t i = 0; i < 16; ++i) {
            const auto one = et::philox_words<1>(seed, stream, counter + i);
            for (std::size_t j = 0; j < 4; ++j) {
              REQUIRE(words[16 * j + i] == one.word[j].lanes);
            }
          }
        });
      }
    }
  }
}

#ifdef HAS_RANDOM123
TEST_CASE("philox equals Random123", "[philox]") {
  std::uint64_t state = 1;
  const auto next = [&] { return state = state * 6364136223846793005u + 1442695040888963407u; };
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t seed = next(), stream = next(), counter = next();
    const philox4x32_ctr_t place = {
        {low(counter), low(counter >> 32), low(stream), low(stream >> 32)}};
    const philox4x32_key_t key = {{low(seed), low(seed >> 32)}};
    const philox4x32_ctr_t expected = philox4x32(place, key);
    const auto words = et::philox_words<1>(seed, stream, counter);
    for (int j = 0; j < 4; ++j) REQUIRE(words.word[j].lanes == expected.v[j]);
  }
}
#endif
