// SPDX-License-Identifier: MIT
#include "eigentrain/layers/activations.hpp"

#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"

using namespace eigentrain;
using detail::activation_shape;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST_CASE("the shape of matrices and tensors") {
  CHECK(std::string_view(activation_shape(Eigen::MatrixXf(3, 4)).text().letters) == "3x4");
  CHECK(std::string_view(activation_shape(Eigen::VectorXd(3)).text().letters) == "3x1");
  const Eigen::Tensor<float, 4> tensor(2, 3, 8, 5);
  CHECK(std::string_view(activation_shape(tensor).text().letters) == "2x3x8x5");
  CHECK(activation_shape(tensor).size() == 240);
  CHECK(std::string_view(activation_shape(Eigen::Tensor<float, 0>()).text().letters) ==
        "one value");
  CHECK(activation_shape(RowMajor(3, 4)) == activation_shape(Eigen::MatrixXf(3, 4)));
  CHECK_FALSE(
      activation_shape(RowMajor(3, 4)).has_order_of(activation_shape(Eigen::MatrixXf(3, 4))));
  CHECK(activation_shape(RowMajor(1, 4)).has_order_of(activation_shape(Eigen::MatrixXf(1, 4))));
  CHECK_FALSE(activation_shape(Eigen::Tensor<float, 1>(6)) ==
              activation_shape(Eigen::MatrixXf(6, 1)));
  CHECK_THROWS_WITH(detail::require_shape(activation_shape(tensor),
                                          activation_shape(Eigen::MatrixXf(3, 4)), "A", "output"),
                    "A: the output is 2x3x8x5, but must be 3x4");
}

TEST_CASE("an input in another order, and an expression, are copied") {
  const Eigen::MatrixXf x = Eigen::MatrixXf::Random(3, 4);
  const RowMajor rows = x;
  const Eigen::ArrayXXf array = x;
  Eigen::MatrixXf y(3, 4);
  const auto copies = [&](const auto& input) {
    y.setZero();
    bool is_copied = false;
    detail::pass_activations<float>(input, y, [&](const auto& source, const auto& target) {
      if constexpr (requires { input.data(); }) is_copied = source.data != input.data();
      detail::copy_activations<float>(source, target);
    });
    return is_copied;
  };
  CHECK_FALSE(copies(x));
  CHECK(y == x);
  CHECK(copies(rows));
  CHECK(y == x);
  CHECK_FALSE(copies(array));
  CHECK(y == x);
  copies(2.0f * x);
  CHECK(y == 2.0f * x);
  copies(2.0f * array);
  CHECK(y == 2.0f * x);
  const Eigen::MatrixXf wide = Eigen::MatrixXf::Random(6, 8);
  CHECK(copies(Eigen::Map<const Eigen::MatrixXf, 0, Eigen::Stride<Eigen::Dynamic, 2>>(
      wide.data(), 3, 4, Eigen::Stride<Eigen::Dynamic, 2>(12, 2))));
  CHECK(y(2, 3) == wide(4, 6));
}

TEST_CASE("runs end where either side has a gap") {
  const Eigen::MatrixXf large = Eigen::MatrixXf::Random(7, 9);
  Eigen::MatrixXf other = Eigen::MatrixXf::Zero(8, 8), whole(4, 5);
  detail::evaluate_activations<float>(large.block(1, 2, 4, 5), other.block(3, 1, 4, 5), "A");
  CHECK(other.block(3, 1, 4, 5) == large.block(1, 2, 4, 5));
  CHECK((other.array() != 0).count() == 20);
  detail::evaluate_activations<float>(large.block(1, 2, 4, 5), whole, "A");
  CHECK(whole == large.block(1, 2, 4, 5));
  detail::evaluate_activations<float>(whole, other.block(0, 0, 4, 5), "A");
  CHECK(other.block(0, 0, 4, 5) == whole);
  Eigen::MatrixXf nothing(0, 3);
  detail::evaluate_activations<float>(nothing, nothing, "A");
}
