// SPDX-License-Identifier: MIT
#include "eigentrain/init/target.hpp"

#include <Eigen/Core>
#include <vector>

#include "support/catch.hpp"

using eigentrain::detail::target_memory;

TEST_CASE("matrices and views give their memory", "[target]") {
  Eigen::MatrixXf W(4, 6);
  const auto whole = target_memory<Eigen::MatrixXf&>(W);
  CHECK(whole.data == W.data());
  CHECK(whole.outer == 1);
  CHECK(whole.inner == 24);

  auto block = W.block(1, 2, 2, 3);
  const auto part = target_memory<decltype(block)>(block);
  CHECK(part.data == &W(1, 2));
  CHECK(part.inner == 2);
  CHECK(part.outer == 3);
  CHECK(part.stride == 4);

  using RowMajor = Eigen::Matrix<double, 3, 5, Eigen::RowMajor>;
  RowMajor rows;
  auto right = rows.rightCols(2);
  const auto last = target_memory<decltype(right)>(right);
  CHECK(last.inner == 2);
  CHECK(last.outer == 3);
  CHECK(last.stride == 5);

  std::vector<float> numbers(12);
  Eigen::Map<Eigen::VectorXf> map(numbers.data(), 12);
  CHECK(target_memory<decltype(map)&>(map).data == numbers.data());
}
