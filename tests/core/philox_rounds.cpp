// SPDX-License-Identifier: MIT
#include "eigentrain/core/philox_rounds.hpp"

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

// The paper's algorithm, on four words.
struct Plain {
  std::uint32_t x[4], key[2];
  void run() {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t a = std::uint64_t{0xd2511f53u} * x[0];
      const std::uint64_t b = std::uint64_t{0xcd9e8d57u} * x[2];
      const std::uint32_t next[4] = {
          static_cast<std::uint32_t>(b >> 32) ^ x[1] ^ key[0], static_cast<std::uint32_t>(b),
          static_cast<std::uint32_t>(a >> 32) ^ x[3] ^ key[1], static_cast<std::uint32_t>(a)};
      for (int j = 0; j < 4; ++j) x[j] = next[j];
      key[0] += 0x9e3779b9u;
      key[1] += 0xbb67ae85u;
    }
  }
};

constexpr std::uint64_t seed = 0xfeedfacecafebeefu, stream = 0x0123456789abcdefu;

std::uint32_t expected(std::uint64_t counter, int word) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  Plain plain{{low(counter), low(counter >> 32), low(stream), low(stream >> 32)},
              {low(seed), low(seed >> 32)}};
  plain.run();
  return plain.x[word];
}

}  // namespace

TEST_CASE("states side by side, with stored keys or not, give the paper's words", "[philox]") {
  for (std::uint64_t counter : {std::uint64_t{0}, std::uint64_t{0xfffffffau}, ~std::uint64_t{2}}) {
    test::at_every_level([&] {
      std::uint64_t words[4][24] = {};
      std::uint64_t* to = words[0];
      et::simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
        constexpr int M = Bytes / 8;
        const auto keys = et::detail::philox_keys(seed);
        const et::detail::StoredPhiloxKeys<M> stored(keys);
        auto a = et::detail::philox_state<M, 1>(stream, counter);
        auto b = et::detail::philox_state<M, 2>(stream, counter);
        auto c = et::detail::philox_state<M, 1>(stream, counter);
        et::detail::philox_rounds(keys, a, b);
        et::detail::philox_rounds(stored, c);
        const auto store = [](const et::detail::PhiloxState<M>& x, std::uint64_t* at)
                               EIGENTRAIN_INLINE_LAMBDA {
                                 x.x0.store(at);
                                 x.x1.store(at + 24);
                                 x.x2.store(at + 48);
                                 x.x3.store(at + 72);
                               };
        store(a, to);
        store(b, to + 8);
        store(c, to + 16);
      });
      const std::uint64_t lanes = static_cast<std::uint64_t>(et::simd_level()) / 8;
      for (int j = 0; j < 4; ++j) {
        for (std::uint64_t i = 0; i < lanes; ++i) {
          const auto low = [&](std::uint64_t at) {
            return static_cast<std::uint32_t>(words[j][at]);
          };
          REQUIRE(low(i) == expected(counter + i, j));
          REQUIRE(low(8 + i) == expected(counter + 2 * i, j));
          REQUIRE(low(16 + i) == expected(counter + i, j));
        }
      }
    });
  }
}
