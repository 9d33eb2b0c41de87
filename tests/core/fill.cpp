// SPDX-License-Identifier: MIT
#include "eigentrain/core/fill.hpp"

#include <cstring>
#include <vector>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

namespace {

// The words themselves, as numbers.
struct BitsDraw {
  template <class W, class P>
  EIGENTRAIN_INLINE void operator()(const W& a, const W& b, P& x, P& y) const {
    std::memcpy(&x.lanes, &a.lanes, sizeof(x.lanes));
    std::memcpy(&y.lanes, &b.lanes, sizeof(y.lanes));
  }
};

// What the header promises, one element at a time.
template <class S>
std::vector<et::detail::UnsignedOf<S>> expected_bits(et::Index size, std::uint64_t first) {
  std::vector<et::detail::UnsignedOf<S>> bits;
  for (et::Index e = 0; e < size; ++e) {
    const et::Index group = e / et::detail::fill_group<S>, j = e % et::detail::fill_group<S> / 16;
    const auto counter = first + static_cast<std::uint64_t>(16 * group + e % 16);
    const auto words = et::philox_words<1>(42, 3, counter);
    if constexpr (sizeof(S) == 4) {
      bits.push_back(words.word[j].lanes);
    } else {
      bits.push_back(words.word[2 * j].lanes | std::uint64_t{words.word[2 * j + 1].lanes} << 32);
    }
  }
  return bits;
}

}  // namespace

TEMPLATE_TEST_CASE("every size at every misalignment, and not a value more", "[fill]", float,
                   double) {
  using S = TestType;
  using Bits = et::detail::UnsignedOf<S>;
  const auto expected = expected_bits<S>(1300, 0);
  const S sentinel = 7;
  test::at_every_level([&] {
    for (et::Index size : {0,  1,   2,   15,  16,  17,  31,  32,  33,   63,  64,
                           65, 127, 128, 129, 511, 512, 513, 600, 1100, 1300}) {
      for (et::Index offset : {0, 1, 3}) {
        std::vector<S> values(static_cast<std::size_t>(size + offset + 1), sentinel);
        et::Generator random(42, 3);
        et::detail::fill(et::Memory<S>{values.data() + offset, size, 1, size}, random, BitsDraw{});
        REQUIRE(std::memcmp(values.data() + offset, expected.data(),
                            static_cast<std::size_t>(size) * sizeof(Bits)) == 0);
        for (et::Index i = 0; i < offset; ++i) {
          REQUIRE(values[static_cast<std::size_t>(i)] == sentinel);
        }
        REQUIRE(values.back() == sentinel);
        const et::Index group = et::detail::fill_group<S>;
        REQUIRE(random.position() == static_cast<std::uint64_t>((size + group - 1) / group * 64));
      }
    }
  });
}

TEMPLATE_TEST_CASE("runs get what one piece would get", "[fill]", float, double) {
  using S = TestType;
  for (et::Index inner : {1, 3, 16, 50, 64, 100, 700}) {
    const et::Index outer = 1300 / inner, stride = inner + 5;
    std::vector<S> values(static_cast<std::size_t>(outer * stride), S(7));
    et::Generator random(42, 3);
    random.set_position(40);
    et::detail::fill(et::Memory<S>{values.data(), inner, outer, stride}, random, BitsDraw{});
    const auto expected = expected_bits<S>(inner * outer, 10);
    for (et::Index run = 0; run < outer; ++run) {
      const S* begin = values.data() + run * stride;
      REQUIRE(std::memcmp(begin, expected.data() + run * inner,
                          static_cast<std::size_t>(inner) * sizeof(S)) == 0);
      for (et::Index i = inner; i < stride; ++i) REQUIRE(begin[i] == S(7));
    }
  }
}
