// SPDX-License-Identifier: MIT
// More is in parameters.cpp.
#include "eigentrain/core/view.hpp"

#include <array>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"

namespace et = eigentrain;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

// Element f in storage order, as the engine will find it.
template <class S>
S at(const et::Memory<S>& memory, et::Index f) {
  return memory.data[f / memory.inner * memory.stride + f % memory.inner];
}

}  // namespace

TEST_CASE("a contiguous object is one run of values") {
  Eigen::MatrixXf matrix = Eigen::MatrixXf::Random(5, 3);
  const auto memory = et::View<float>(matrix).memory("W", "parameter");
  CHECK(memory.data == matrix.data());
  CHECK(memory.inner == 15);
  CHECK(memory.outer == 1);
  Eigen::VectorXf vector(7);
  CHECK(et::View<float>(vector).memory("b", "parameter").inner == 7);
  Eigen::Matrix3f fixed;
  CHECK(et::View<float>(fixed).memory("F", "parameter").inner == 9);
  Eigen::Tensor<float, 4> tensor(2, 3, 4, 5);
  CHECK(et::View<float>(tensor).memory("T", "parameter").inner == 120);
  CHECK(et::message(et::View<float>(tensor).shape().text()) == "120 values");
  CHECK(et::View<float>(vector).is_vector());
  CHECK_FALSE(et::View<float>(matrix).is_vector());
  CHECK(et::View<float>(matrix).units() == 5);
  CHECK(et::View<float>(vector).units() == 1);
  CHECK(et::View<float>(tensor).units() == 2);
  CHECK_FALSE(et::View<float>(matrix).row_major());
  RowMajor rows(2, 3);
  CHECK(et::View<float>(rows).row_major());
}

TEST_CASE("a block is a run for each column, or row") {
  Eigen::MatrixXf matrix = Eigen::MatrixXf::Random(5, 4);
  auto block = matrix.block(1, 1, 3, 2);
  const auto memory = et::View<float>(block).memory("W", "parameter");
  CHECK(memory.size() == 6);
  for (et::Index f = 0; f < 6; ++f) CHECK(at(memory, f) == block(f % 3, f / 3));

  RowMajor rows = RowMajor::Random(5, 4);
  auto inner = rows.block(1, 1, 3, 2);
  const auto by_row = et::View<float>(inner).memory("W", "parameter");
  for (et::Index f = 0; f < 6; ++f) CHECK(at(by_row, f) == inner(f / 2, f % 2));
}

TEST_CASE("a matrix is watched, a view is read once") {
  Eigen::MatrixXf matrix(2, 3);
  const et::View<float> watched(matrix);
  const et::View<const float> constant(std::as_const(matrix));
  Eigen::MatrixXf larger(200, 300);
  larger.resize(2, 3);  // another address, the old shape
  matrix.swap(larger);
  CHECK(watched.memory("W", "parameter").data == matrix.data());
  CHECK(constant.memory("W", "gradient").data == matrix.data());

  std::array<float, 6> numbers{};
  const et::View<float> view([&]() -> et::View<float> {
    Eigen::Map<Eigen::MatrixXf> map(numbers.data(), 3, 2);
    return et::View<float>(map);
  }());  // the Map is gone, its memory is not
  CHECK(view.memory("W", "parameter").data == numbers.data());
  CHECK(et::message(view.shape().text()) == "3x2");
}

TEST_CASE("a changed shape is reported with both shapes") {
  Eigen::MatrixXf matrix(2, 3);
  const et::View<float> view(matrix);
  matrix.resize(3, 2);
  CHECK_THROWS_WITH(view.memory("fc1.weight", "parameter"),
                    "fc1.weight: the parameter was 2x3 when it was added and is 3x2 now");
  Eigen::Tensor<float, 2> tensor(2, 3);
  const et::View<float> cube(tensor);
  tensor.resize(2, 4);
  CHECK_THROWS_WITH(cube.memory("conv", "parameter"),
                    "conv: the parameter was 6 values when it was added and is 8 values now");
}
