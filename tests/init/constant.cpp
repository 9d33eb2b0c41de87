// SPDX-License-Identifier: MIT
#include "eigentrain/init/constant.hpp"

#include <limits>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("constant fills a tensor, and a block only", "[constant]") {
  Eigen::MatrixXf W = Eigen::MatrixXf::Zero(5, 7);
  et::constant(W.block(1, 2, 3, 4), 2.5);
  Eigen::MatrixXf expected = Eigen::MatrixXf::Zero(5, 7);
  expected.block(1, 2, 3, 4).setConstant(2.5f);
  CHECK(W == expected);

  Eigen::Vector3d fixed;
  et::constant(fixed, -1.0);
  CHECK(fixed == Eigen::Vector3d::Constant(-1.0));
  Eigen::ArrayXXd none(0, 4);
  et::constant(none, 1.0);
}

TEST_CASE("constant refuses what isn't finite", "[constant]") {
  Eigen::Vector2f b(1, 2);
  for (double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e39}) {
    CHECK_THROWS_WITH(et::constant(b, bad), StartsWith("constant: value must be in"));
  }
  CHECK(b == Eigen::Vector2f(1, 2));
}
