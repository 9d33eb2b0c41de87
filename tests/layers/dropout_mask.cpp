// SPDX-License-Identifier: MIT
#include "eigentrain/layers/dropout_mask.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
using et::detail::DropoutMask;

namespace {

Eigen::Index dropped(const DropoutMask& mask, Eigen::Index size) {
  Eigen::Index count = 0;
  for (Eigen::Index i = 0; i < size; ++i) count += mask.is_dropped(i) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("the ends of the range drop nothing and everything") {
  et::test::at_every_level([] {
    for (const Eigen::Index size : {0, 1, 511, 512, 513, 1100}) {
      et::Generator random(1);
      DropoutMask mask;
      mask.draw(size, 1.0, random);
      CHECK(dropped(mask, size) == size);
      mask.draw(size, 0.0, random);
      CHECK(dropped(mask, size) == 0);
      // The next rates there are: u is never below 2⁻³²·0, and hardly ever below 2⁻³².
      mask.draw(size, 1e-300, random);
      CHECK(dropped(mask, size) == 0);
      mask.draw(size, std::nextafter(1.0, 0.0), random);
      CHECK(dropped(mask, size) == size);
      CHECK(random.position() == 4u * 512 * static_cast<std::uint64_t>((size + 511) / 512));
    }
  });
}

TEST_CASE("a mask has its rate, whatever bits that has", "[long]") {
  constexpr Eigen::Index size = 1 << 20;
  et::Generator random(5);
  DropoutMask mask;
  for (const double rate : {0.5, 0.25, 0.75, 0.1, 1.0 / 3, 0.9, 0x1p-12, 1 - 0x1p-13, 0x1.8p-5}) {
    mask.draw(size, rate, random);
    const double expected = rate * double(size), deviation = std::sqrt(expected * (1 - rate));
    CAPTURE(rate);
    CHECK(std::abs(static_cast<double>(dropped(mask, size)) - expected) < 5 * deviation);
  }
}

TEST_CASE("the masks of two rates from the same counters contain each other") {
  // u is the same, so what the lower rate drops the higher one drops, too.
  DropoutMask less, more;
  for (const auto& [low, high] : {std::pair{0.3, 0.30001}, {0.25, 0.5}, {0.499999, 0.5}}) {
    et::Generator first(9), second(9);
    less.draw(100'000, low, first);
    more.draw(100'000, high, second);
    bool contained = true;
    for (Eigen::Index i = 0; i < 100'000; ++i) {
      contained = contained && (!less.is_dropped(i) || more.is_dropped(i));
    }
    CHECK(contained);
  }
}

TEST_CASE("blocks may be drawn in any order and on any register") {
  constexpr Eigen::Index size = 5000;
  et::Generator random(3);
  DropoutMask whole;
  whole.draw(size, 0.3, random);
  et::test::at_every_level([&] {
    et::Generator again(3);
    DropoutMask parts;
    const auto from = parts.prepare(size, 0.3, again);
    for (Eigen::Index block = DropoutMask::blocks_of(size); block-- > 0;) {
      parts.draw_blocks(from, block, block + 1);
    }
    bool equal = true;
    for (Eigen::Index i = 0; i < size; ++i) {
      equal = equal && whole.is_dropped(i) == parts.is_dropped(i);
    }
    CHECK(equal);
    CHECK(again == random);
  });
}
