// SPDX-License-Identifier: MIT
#include "eigentrain/core/reduce_angle.hpp"

#include "support/catch.hpp"
#include "support/elementary.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEST_CASE("the high half of a product", "[reduce_angle]") {
  const std::uint64_t all = ~std::uint64_t{0};
  CHECK(et::detail::multiply_high(all, all) == all - 1);
  CHECK(et::detail::multiply_high(all, 1) == 0);
  CHECK(et::detail::multiply_high(std::uint64_t{1} << 63, 6) == 3);
  CHECK(et::detail::multiply_high(0x123456789abcdef0u, 0xfedcba9876543210u) == 0x121fa00ad77d7422u);
}

TEST_CASE("both reductions agree where both work", "[reduce_angle]") {
  // Near multiples of π/2 nearly everything cancels.
  for (int k = 700000; k < 703000; ++k) {
    const double x = std::nextafter(k * 1.5707963267948966, k % 2 == 0 ? 0.0 : 1e9);
    REQUIRE(x > 0x1p20);
    // The first branch would take these too, up to k = 2²⁰: give it half the angle and double that.
    const auto far = et::detail::reduce_angle(et::Exact(x));
    const auto near = et::detail::reduce_angle(et::Exact(x / 2));
    const double quarter = 1.5707963267948966, quarter_tail = 6.123233995736766e-17;
    double difference = (far.remainder[0] - 2 * near.remainder[0]);
    const double turns = std::nearbyint(difference / quarter);
    difference = difference - turns * quarter;
    difference += (far.tail[0] - 2 * near.tail[0]) - turns * quarter_tail;
    REQUIRE(std::abs(difference) < 1e-15);
    REQUIRE(((2 * near.quarters.lanes - far.quarters.lanes -
              static_cast<std::uint64_t>(static_cast<std::int64_t>(turns))) &
             3) == 0);
  }
}

TEST_CASE("the remainder is the one of long double", "[reduce_angle]") {
  const long double quarter = 1.57079632679489661923132169163975144L;
  test::Sequence next;
  for (int i = 0; i < 100000; ++i) {
    const double x = (next.unit() - 0.5) * 0x1p10;
    const auto angle = et::detail::reduce_angle(et::Exact(x));
    const long double expected = std::remainder(static_cast<long double>(x), quarter);
    REQUIRE(std::abs(angle.remainder[0]) <= 0.785398163397449);
    // long double has 64 bits of π/2, and x has up to 2⁹ of them.
    REQUIRE(std::abs(static_cast<double>(expected - angle.remainder[0])) < 2e-16);
  }
}
