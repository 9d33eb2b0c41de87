// SPDX-License-Identifier: MIT
#include "eigentrain/init/fans.hpp"

#include <limits>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;
using Eigen::Index;

TEST_CASE("the fans of a matrix are its columns and rows", "[fans]") {
  const Eigen::MatrixXf W(128, 784);
  CHECK(et::fans(W) == et::Fans{.in = 784, .out = 128});
  CHECK(et::fans(W.topLeftCorner(3, 5)) == et::Fans{.in = 5, .out = 3});
  CHECK(et::fans(Eigen::Map<const Eigen::ArrayXXf>(W.data(), 6, 7)) == et::Fans{7, 6});
  const Eigen::Matrix<double, 3, 5, Eigen::RowMajor> rows;
  CHECK(et::fans(rows) == et::Fans{.in = 5, .out = 3});
  const Eigen::MatrixXf one_unit(1, 64);  // a matrix that happens to have one row
  CHECK(et::fans(one_unit) == et::Fans{.in = 64, .out = 1});
  // A dense layer as Keras stores it.
  CHECK(et::fans(W, {.out = 1, .in = 0}) == et::Fans{.in = 128, .out = 784});
  CHECK(et::fans(rows, {.out = 0, .in = 1}) == et::Fans{.in = 5, .out = 3});
}

TEST_CASE("the fans of a kernel count its field, wherever its channels are", "[fans]") {
  // The values of torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(64, 32, 5, 3)).
  const et::Fans expected{.in = 480, .out = 960};
  const Eigen::Tensor<float, 4> torch(64, 32, 5, 3);
  CHECK(et::fans(torch, {.out = 0, .in = 1}) == expected);
  const Eigen::Tensor<double, 4, Eigen::RowMajor> keras(5, 3, 32, 64);
  CHECK(et::fans(keras, {.out = 3, .in = 2}) == expected);
  std::vector<float> memory(64 * 32 * 15);
  const Eigen::TensorMap<Eigen::Tensor<float, 4>> map(memory.data(), 5, 32, 3, 64);
  CHECK(et::fans(map, {.out = 3, .in = 1}) == expected);
  const Eigen::TensorFixedSize<float, Eigen::Sizes<64, 15, 32>> fixed;
  CHECK(et::fans(fixed, {.out = 0, .in = 2}) == expected);
  const Eigen::Tensor<float, 5> volume(2, 3, 4, 5, 6);
  CHECK(et::fans(volume, {.out = 4, .in = 0}) == et::Fans{.in = 120, .out = 360});

  const Eigen::Tensor<float, 2> matrix(128, 784);
  CHECK(et::fans(matrix) == et::Fans{.in = 784, .out = 128});
  CHECK(et::fans(matrix, {.out = 1, .in = 0}) == et::Fans{.in = 128, .out = 784});
  const Eigen::Tensor<float, 3> empty(64, 32, 0);
  CHECK(et::fans(empty, {.out = 0, .in = 1}) == et::Fans{.in = 0, .out = 0});
}

TEST_CASE("the fans of a flattened kernel are computed", "[fans]") {
  CHECK(et::kernel_fans(64, 32, 3 * 3) == et::Fans{.in = 288, .out = 576});
  CHECK_THROWS_WITH(et::kernel_fans(0, 1, 1), "kernel_fans: out must be at least 1, got 0");
  CHECK_THROWS_WITH(et::kernel_fans(1, -2, 1), "kernel_fans: in must be at least 1, got -2");
  CHECK_THROWS_WITH(et::kernel_fans(1, 1, 0), "kernel_fans: field must be at least 1, got 0");
  const Index most = std::numeric_limits<Index>::max();
  CHECK(et::kernel_fans(1, most / 9, 9).in == most / 9 * 9);
  CHECK_THROWS_WITH(et::kernel_fans(1, most / 9 + 1, 9), EndsWith("more than an index holds"));
  CHECK_THROWS_WITH(et::kernel_fans(most, 1, 2), EndsWith("more than an index holds"));
}

TEST_CASE("axes that are no axes of the tensor are refused", "[fans]") {
  const Eigen::Tensor<float, 4> kernel(4, 3, 2, 2);
  const Eigen::MatrixXf W(4, 3);
  CHECK_THROWS_WITH(et::fans(kernel, {.out = 0, .in = 4}),
                    "fans: axes.in must be in [0, 4), the axes of this tensor, got 4");
  CHECK_THROWS_WITH(et::fans(kernel, {.out = -1, .in = 1}),
                    "fans: axes.out must be in [0, 4), the axes of this tensor, got -1");
  CHECK_THROWS_WITH(et::fans(W, {.out = 2, .in = 1}),
                    "fans: axes.out must be in [0, 2), the axes of this tensor, got 2");
  CHECK_THROWS_WITH(et::fans(kernel, {.out = 2, .in = 2}),
                    "fans: axes.out and axes.in must differ, got 2 for both");
  CHECK_THROWS_WITH(et::fans(kernel, {.out = 0}),
                    "fans: axes.in is missing; give both axes, or none");
  CHECK_THROWS_WITH(et::fans(kernel, {.in = 0}),
                    "fans: axes.out is missing; give both axes, or none");
  CHECK_THROWS_WITH(et::fans(kernel),
                    "fans: a tensor of rank 4 does not say which of its axes are channels; give "
                    "them, as in {.axes = {.out = 0, .in = 1}}");
  const Eigen::Tensor<float, 1> flat(288);
  CHECK_THROWS_WITH(et::fans(flat), StartsWith("fans: a vector has no fans; give them, as in"));
  const Eigen::RowVectorXf row(7);
  const et::detail::Extents seen = et::detail::extents(row);
  CHECK(seen.rank == 1);
  CHECK(seen.of(seen.tensor, 0) == 7);
}

TEST_CASE("fans that are given go before those of the shape", "[fans]") {
  const Eigen::VectorXf kernel(288);
  const Eigen::MatrixXf W(2, 3);
  const auto fans = [](const auto& tensor, const et::Fans& given, const et::Axes& axes = {}) {
    return et::detail::fans_or_shape(given, axes, et::detail::extents(tensor), "he_normal");
  };
  CHECK_THROWS_WITH(fans(kernel, {}),
                    "he_normal: a vector has no fans; give them, as in {.fans = {.in = 288, .out = "
                    "576}}");
  CHECK_THROWS_WITH(fans(kernel, {}, {.out = 0, .in = 1}), StartsWith("he_normal: axes.in must"));
  CHECK(fans(kernel, {.in = 9, .out = 32}) == et::Fans{9, 32});
  CHECK(fans(W, {}) == et::Fans{3, 2});
  CHECK(fans(W, {}, {.out = 1, .in = 0}) == et::Fans{2, 3});
  CHECK(fans(W, {.in = 9, .out = 32}) == et::Fans{9, 32});
  CHECK_THROWS_WITH(fans(W, {.in = 9, .out = 32}, {.out = 0, .in = 1}),
                    "he_normal: give fans or axes, not both");
  CHECK_THROWS_WITH(fans(W, {.in = 9}), "he_normal: fans.out must be at least 1, got 0");
  CHECK_THROWS_WITH(fans(W, {.in = -1, .out = 2}), "he_normal: fans.in must be at least 1, got -1");
}
