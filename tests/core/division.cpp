// SPDX-License-Identifier: MIT
// What a partition makes of it is tested in tests/core/partition.cpp.
#include "eigentrain/core/division.hpp"

#include <Eigen/Core>
#include <stdexcept>
#include <string_view>

#include "support/catch.hpp"

namespace et = eigentrain;
using et::Index;

TEST_CASE("each tensor goes to its part, in the list's order, and stays there once it has begun") {
  Eigen::MatrixXd w = Eigen::MatrixXd::Ones(2, 3), dw = w;
  Eigen::VectorXd a = Eigen::VectorXd::Ones(4), da = a, b = a, db = a;
  et::Parameters<double> list;
  list.add("a", a, da).add("w", w, dw).add("b", b, db);
  et::detail::Division<double, 3> division;
  CHECK_FALSE(division.is_of(list));
  const auto by_name = [](std::string_view name) { return name == "w" ? 2 : 0; };
  division.divide(list, by_name, false);
  CHECK(division.is_of(list));
  REQUIRE(division.list(0).size() == 2);
  CHECK(division.list(0).name(0) == "a");
  CHECK(division.list(0).name(1) == "b");
  CHECK(division.list(1).empty());
  CHECK(division.list(2).name(0) == "w");
  CHECK(division.chosen()[1] == 2);

  list.set_options("b", {.frozen = true});
  CHECK_FALSE(division.is_of(list));
  const auto all_first = [](const et::Tensor<double>&) { return true; };
  division.divide(list, all_first, true);
  CHECK(division.list(0).size() == 2);
  CHECK(division.list(0).options(1).frozen);
  division.divide(list, all_first, false);
  CHECK(division.list(0).size() == 3);

  CHECK_THROWS_WITH(division.divide(
                        list, [](std::string_view) { return -1; }, false),
                    "partition: part must be in [0, 3), got -1 for a");
  division.chosen()[2] = 3;  // as a file may say
  CHECK_THROWS_WITH(division.deal(list), "partition: part must be in [0, 3), got -1 for a");
  Eigen::VectorXd c = a, dc = a;
  list.add("c", c, dc);
  CHECK_THROWS_WITH(division.divide(list, all_first, true),
                    "step: the list had 3 tensors in the first step and has 4 now");
}

TEST_CASE("a division that failed is made again, also for the list that was divided before") {
  Eigen::VectorXd a = Eigen::VectorXd::Ones(4), da = a, b = a, db = a;
  et::Parameters<double> one, two;
  one.add("a", a, da);
  two.add("a", a, da).add("b", b, db);
  et::detail::Division<double, 2> division;
  division.divide(one, [](std::string_view) { return 1; }, false);
  const auto refuses_b = [](std::string_view name) -> int {
    return name == "b" ? throw std::runtime_error("no") : 0;
  };
  CHECK_THROWS_AS(division.divide(two, refuses_b, false), std::runtime_error);
  CHECK_FALSE(division.is_of(one));  // whose tensor the failure has given to the other part
  division.divide(one, [](std::string_view) { return 1; }, false);
  CHECK(division.is_of(one));
  CHECK(division.chosen().size() == 1);
  CHECK(division.chosen()[0] == 1);
}
