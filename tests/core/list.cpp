// SPDX-License-Identifier: MIT
#include "eigentrain/core/list.hpp"

#include <memory>
#include <string>

#include "support/catch.hpp"

namespace et = eigentrain;
using namespace et::detail;

TEST_CASE("items are found by place and by type") {
  List<int, std::string, int> list{{1}, {"two"}, {3}};
  CHECK(item<0>(list) == 1);
  CHECK(item<2>(list) == 3);
  CHECK(item_of_type<std::string>(list) == "two");
  item<0>(list) = 7;
  CHECK(item<0>(std::as_const(list)) == 7);
  STATIC_REQUIRE(std::is_empty_v<List<>>);
}

TEST_CASE("all items are given to a function, to be read or to be changed") {
  List<int, double> list{{1}, {2.5}};
  with_items(list, [](auto&... values) { ((values *= 2), ...); });
  CHECK(with_items(std::as_const(list), [](const auto&... values) { return (values + ...); }) ==
        7.0);
}

TEST_CASE("lists are joined by moving") {
  List<std::unique_ptr<int>> a{{std::make_unique<int>(1)}};
  List<int, std::unique_ptr<int>> b{{2}, {std::make_unique<int>(3)}};
  auto joined = concatenate(std::move(a), std::move(b));
  STATIC_REQUIRE(
      std::is_same_v<decltype(joined), List<std::unique_ptr<int>, int, std::unique_ptr<int>>>);
  CHECK(*item<0>(joined) == 1);
  CHECK(item<1>(joined) == 2);
  CHECK(*item<2>(joined) == 3);
}
