// SPDX-License-Identifier: MIT
#include "eigentrain/init/fans.hpp"

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("the fans of a matrix are its columns and rows", "[fans]") {
  const Eigen::MatrixXf W(128, 784);
  CHECK(et::fans(W) == et::Fans{.in = 784, .out = 128});
  const Eigen::Matrix<double, 3, 5, Eigen::RowMajor> rows;
  CHECK(et::fans(rows) == et::Fans{.in = 5, .out = 3});
  const Eigen::MatrixXf one_unit(1, 64);  // a matrix that happens to have one row
  CHECK(et::fans(one_unit) == et::Fans{.in = 64, .out = 1});
}

TEST_CASE("the fans of a kernel count its field", "[fans]") {
  CHECK(et::kernel_fans(64, 32, 3 * 3) == et::Fans{.in = 288, .out = 576});
  CHECK_THROWS_WITH(et::kernel_fans(0, 1, 1), "kernel_fans: out must be at least 1, got 0");
  CHECK_THROWS_WITH(et::kernel_fans(1, -2, 1), "kernel_fans: in must be at least 1, got -2");
  CHECK_THROWS_WITH(et::kernel_fans(1, 1, 0), "kernel_fans: field must be at least 1, got 0");
}

TEST_CASE("a vector needs fans to be given, all of them", "[fans]") {
  const Eigen::VectorXf kernel(288);
  const Eigen::MatrixXf W(2, 3);
  using et::detail::fans_or_shape;
  CHECK_THROWS_WITH(fans_or_shape({}, kernel, "he_normal"),
                    StartsWith("he_normal: a vector or tensor of 288 values has no fans"));
  CHECK(fans_or_shape({.in = 9, .out = 32}, kernel, "he_normal") == et::Fans{9, 32});
  CHECK(fans_or_shape({}, W, "he_normal") == et::Fans{3, 2});
  CHECK(fans_or_shape({.in = 9, .out = 32}, W, "he_normal") == et::Fans{9, 32});
  CHECK_THROWS_WITH(fans_or_shape({.in = 9}, W, "he_normal"),
                    "he_normal: fans.out must be at least 1, got 0");
  CHECK_THROWS_WITH(fans_or_shape({.in = -1, .out = 2}, W, "he_normal"),
                    "he_normal: fans.in must be at least 1, got -1");
}
