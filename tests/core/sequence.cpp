// SPDX-License-Identifier: MIT
#include "eigentrain/core/sequence.hpp"

#include <memory>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("sequences are flat, however they were put together") {
  const auto plain = et::sequence(1, 2.0, 'c');
  STATIC_REQUIRE(std::is_same_v<decltype(plain), const et::Sequence<int, double, char>>);
  const auto nested = et::sequence(et::sequence(1, et::sequence(2.0)), 'c', et::sequence(), 4L);
  STATIC_REQUIRE(std::is_same_v<decltype(nested), const et::Sequence<int, double, char, long>>);
  CHECK(et::detail::item<0>(nested.transforms) == 1);
  CHECK(et::detail::item<1>(nested.transforms) == 2.0);
  CHECK(et::detail::item<2>(nested.transforms) == 'c');
  CHECK(et::detail::item<3>(nested.transforms) == 4);
  const auto same = et::sequence(plain);
  STATIC_REQUIRE(std::is_same_v<decltype(same), decltype(plain)>);
}

TEST_CASE("what can only be moved is moved") {
  auto sequence = et::sequence(std::make_unique<int>(5), et::sequence(std::make_unique<int>(6)));
  CHECK(*et::detail::item<1>(sequence.transforms) == 6);
}
