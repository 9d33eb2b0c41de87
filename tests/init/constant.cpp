// SPDX-License-Identifier: MIT
#include "eigentrain/init/constant.hpp"

#include <algorithm>
#include <limits>
#include <unsupported/Eigen/CXX11/Tensor>

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
  Eigen::Tensor<float, 3> tensor(2, 3, 4);
  et::constant(tensor, 0.5);
  CHECK(std::count(tensor.data(), tensor.data() + tensor.size(), 0.5f) == 24);
  Eigen::ArrayXXd none(0, 4);
  et::constant(none, 1.0);
}

TEST_CASE("zeros and ones are constants", "[constant]") {
  Eigen::MatrixXd W = Eigen::MatrixXd::Constant(4, 5, 7.0);
  et::zeros(W.middleRows(1, 2));
  Eigen::MatrixXd expected = Eigen::MatrixXd::Constant(4, 5, 7.0);
  expected.middleRows(1, 2).setZero();
  CHECK(W == expected);
  et::ones(W);
  CHECK(W == Eigen::MatrixXd::Ones(4, 5));
  Eigen::VectorXf b(3);
  et::zeros(b);
  CHECK(b == Eigen::Vector3f::Zero());
  Eigen::MatrixXf none(3, 0);
  et::zeros(none);
  et::ones(none);
}

TEST_CASE("constant refuses what isn't finite", "[constant]") {
  Eigen::Vector2f b(1, 2);
  for (double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e39}) {
    CHECK_THROWS_WITH(et::constant(b, bad), StartsWith("constant: value must be in"));
  }
  CHECK(b == Eigen::Vector2f(1, 2));
}
