// SPDX-License-Identifier: MIT
#include "eigentrain/init/identity.hpp"

#include <limits>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "support/catch.hpp"

namespace et = eigentrain;

TEMPLATE_TEST_CASE("identity has ones on the diagonal of any shape", "[identity]", float, double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  for (const auto& [rows, cols] : {std::pair{4, 4}, std::pair{3, 5}, std::pair{6, 2},
                                   std::pair{1, 4}, std::pair{4, 1}, std::pair{0, 3}}) {
    const Matrix expected = Matrix::Identity(rows, cols);
    Matrix W = Matrix::Constant(rows, cols, S(7));
    et::identity(W);
    CHECK(W == expected);
    RowMajor by_rows = RowMajor::Constant(rows, cols, S(7));
    et::identity(by_rows, -0.5);
    CHECK(by_rows == S(-0.5) * expected);

    Matrix large = Matrix::Constant(9, 8, S(7));
    et::identity(large.block(2, 1, rows, cols));
    CHECK(large.block(2, 1, rows, cols) == expected);
    large.block(2, 1, rows, cols).setConstant(S(7));
    CHECK(large == Matrix::Constant(9, 8, S(7)));
    RowMajor wide = RowMajor::Constant(9, 8, S(7));
    et::identity(wide.block(2, 1, rows, cols));
    CHECK(wide.block(2, 1, rows, cols) == expected);

    std::vector<S> memory(static_cast<std::size_t>(rows * cols), S(7));
    et::identity(Eigen::Map<Matrix>(memory.data(), rows, cols));
    CHECK(Eigen::Map<Matrix>(memory.data(), rows, cols) == expected);

    Eigen::Tensor<S, 2> tensor(rows, cols);
    et::identity(tensor);
    CHECK(Eigen::Map<Matrix>(tensor.data(), rows, cols) == expected);
    Eigen::Tensor<S, 2, Eigen::RowMajor> tensor_by_rows(rows, cols);
    et::identity(Eigen::TensorMap<Eigen::Tensor<S, 2, Eigen::RowMajor>>(tensor_by_rows));
    CHECK(Eigen::Map<RowMajor>(tensor_by_rows.data(), rows, cols) == expected);
  }
  Eigen::Matrix<S, 3, 2> fixed;
  et::identity(fixed, 2);
  CHECK(fixed == S(2) * Eigen::Matrix<S, 3, 2>::Identity());
  Eigen::Array<S, Eigen::Dynamic, Eigen::Dynamic> array(2, 3);
  et::identity(array);
  CHECK(array.matrix() == Matrix::Identity(2, 3));
}

TEST_CASE("identity refuses what has no diagonal, before it touches anything", "[identity]") {
  Eigen::Tensor<float, 4> kernel(2, 2, 1, 1);
  kernel.setConstant(7.0f);
  CHECK_THROWS_WITH(et::identity(kernel), "identity: the tensor must have rank 2, got 4");
  CHECK(kernel(0, 1, 0, 0) == 7.0f);
  Eigen::Matrix2f W = Eigen::Matrix2f::Constant(7.0f);
  for (double bad :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(), 1e39}) {
    CHECK_THROWS_WITH(et::identity(W, bad), StartsWith("identity: gain must be in ["));
  }
  CHECK(W == Eigen::Matrix2f::Constant(7.0f));
}
