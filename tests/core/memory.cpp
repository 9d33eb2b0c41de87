// SPDX-License-Identifier: MIT
#include "eigentrain/core/memory.hpp"

#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"

namespace et = eigentrain;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST_CASE("shapes know their size and their name") {
  CHECK(et::Shape{3, 2}.size() == 6);
  CHECK(et::message(et::Shape{3, 2}.text()) == "3x2");
  CHECK(et::Shape{6, -1}.size() == 6);
  CHECK(et::message(et::Shape{6, -1}.text()) == "6 values");
  CHECK(et::Shape{3, 2} != et::Shape{2, 3});
}

TEST_CASE("what owns its memory, what is a view, what can be written") {
  using namespace et::detail;
  using Map = Eigen::Map<Eigen::MatrixXf>;
  using ConstMap = Eigen::Map<const Eigen::MatrixXf>;
  using Tensor = Eigen::Tensor<float, 3>;
  STATIC_REQUIRE(Owning<Eigen::MatrixXf>);
  STATIC_REQUIRE(Owning<Eigen::ArrayXXd>);
  STATIC_REQUIRE(Owning<Tensor>);
  STATIC_REQUIRE(Owning<Eigen::TensorFixedSize<float, Eigen::Sizes<2, 3>>>);
  STATIC_REQUIRE_FALSE(Owning<Map>);
  STATIC_REQUIRE_FALSE(Owning<Eigen::Ref<Eigen::MatrixXf>>);
  STATIC_REQUIRE_FALSE(Owning<Eigen::TensorMap<Tensor>>);
  STATIC_REQUIRE(is_writable<Eigen::MatrixXf&>());
  STATIC_REQUIRE(is_writable<Map>());
  STATIC_REQUIRE(is_writable<Tensor&>());
  STATIC_REQUIRE(is_writable<Eigen::TensorMap<Tensor>>());
  STATIC_REQUIRE_FALSE(is_writable<const Eigen::MatrixXf&>());
  STATIC_REQUIRE_FALSE(is_writable<ConstMap>());
  STATIC_REQUIRE_FALSE(is_writable<const Tensor&>());
  STATIC_REQUIRE(has_unit_inner_stride<Eigen::Ref<Eigen::MatrixXf>>());
  STATIC_REQUIRE_FALSE(
      (has_unit_inner_stride<Eigen::Map<Eigen::VectorXf, 0, Eigen::InnerStride<2>>>()));
  STATIC_REQUIRE_FALSE(has_unit_inner_stride<decltype(std::declval<Eigen::MatrixXf&>().row(0))>());
  STATIC_REQUIRE_FALSE(same_storage_order<Eigen::MatrixXf, RowMajor>());
  STATIC_REQUIRE(same_storage_order<Eigen::VectorXf, Eigen::RowVectorXf>());
}
