// SPDX-License-Identifier: MIT
// What every initializer promises, over the table of all of them.
#include "support/initializers.hpp"

#include <algorithm>
#include <random>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using Eigen::Dynamic;
using Eigen::Index;

namespace {

constexpr Index rows = 800, cols = 1250;  // of the expected distributions

template <class S>
void check_moments(const S* values, Index count, const test::Expected& expected) {
  const auto found = test::moments(values, count);
  const double n = static_cast<double>(count);
  CHECK(std::abs(found.mean - expected.mean) < 4 * std::sqrt(expected.variance / n));
  CHECK(std::abs(found.variance - expected.variance) <
        4 * expected.variance * std::sqrt((expected.kurtosis - 1) / n));
}

// Values in storage order, of any kind of tensor without gaps.
template <class S, class Tensor>
std::vector<S> values_of(const Tensor& tensor) {
  return std::vector<S>(tensor.data(), tensor.data() + tensor.size());
}

}  // namespace

TEMPLATE_TEST_CASE("a million weights have the distribution that is promised", "[init][long]",
                   float, double) {
  using S = TestType;
  Eigen::Matrix<S, Dynamic, Dynamic> W(rows, cols);
  test::for_each_initializer([&](const auto& initializer) {
    const test::Expected& expected = initializer.expected;
    if (!expected.distribution) return;
    INFO(initializer.name);
    et::Generator random(42);
    initializer.fill(W, random);
    check_moments(W.data(), W.size(), expected);
    const auto [least, most] = std::minmax_element(W.data(), W.data() + W.size());
    CHECK(*least >= static_cast<S>(expected.low));
    CHECK(*most <= static_cast<S>(expected.high));
    if (expected.high_open) CHECK(*most < static_cast<S>(expected.high));
    CHECK(test::kolmogorov(values_of<S>(W), expected.distribution) < 1.95);
    // No atoms on the bounds.
    CHECK(std::count(W.data(), W.data() + W.size(), *least) <= 2);
    CHECK(std::count(W.data(), W.data() + W.size(), *most) <= 2);
  });
}

TEMPLATE_TEST_CASE("any engine of the standard library may be passed", "[init][long]", float,
                   double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Dynamic, Dynamic>;
  test::for_each_initializer([&](const auto& initializer) {
    INFO(initializer.name);
    const bool is_known = static_cast<bool>(initializer.expected.distribution);
    Matrix W = is_known ? Matrix(rows, cols) : Matrix(33, 21);
    std::mt19937 random(42), same(42);
    initializer.fill(W, random);
    CHECK(W.allFinite());
    if (is_known) check_moments(W.data(), W.size(), initializer.expected);

    Matrix large(W.rows() + 3, W.cols() + 5);
    auto block = large.block(1, 2, W.rows(), W.cols());
    initializer.fill(block, same);
    CHECK(block == W);
    CHECK(random == same);
    CHECK(random != std::mt19937(42));
    std::mt19937_64 wide(42);
    initializer.fill(W, wide);
    if (is_known) check_moments(W.data(), W.size(), initializer.expected);
    CHECK(block != W);
  });
}

TEST_CASE("weights have the same bits on every register", "[init]") {
  test::for_each_initializer([](const auto& initializer) {
    test::at_every_level([&] {
      INFO(initializer.name);
      et::Generator random(42), same(42);
      Eigen::MatrixXf floats(33, 21);
      Eigen::MatrixXd doubles(33, 21);
      initializer.fill(floats, random);
      initializer.fill(doubles, same);
      CHECK(test::hash_bits(floats.data(), floats.size()) == initializer.floats);
      CHECK(test::hash_bits(doubles.data(), doubles.size()) == initializer.doubles);
    });
  });
}

TEMPLATE_TEST_CASE("every kind of tensor of one shape and storage order gets the same weights",
                   "[init]", float, double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Dynamic, Dynamic>;
  using RowMajor = Eigen::Matrix<S, Dynamic, Dynamic, Eigen::RowMajor>;
  test::for_each_initializer([](const auto& initializer) {
    INFO(initializer.name);
    const auto fill = [&](auto&& W) {
      et::Generator random(42);
      initializer.fill(W, random);
      return random.position();
    };
    Matrix W(33, 21);
    const auto position = fill(W);
    CHECK(position > 0);

    Matrix large = Matrix::Constant(40, 30, S(7));
    CHECK(fill(large.block(3, 4, 33, 21)) == position);
    CHECK(large.block(3, 4, 33, 21) == W);
    large.block(3, 4, 33, 21).setConstant(S(7));
    CHECK(large == Matrix::Constant(40, 30, S(7)));  // nothing around it was touched
    Eigen::Ref<Matrix> reference = large.topLeftCorner(33, 21);
    fill(reference);
    CHECK(reference == W);

    std::vector<S> memory(33 * 21 + 1);
    Eigen::Map<Matrix> map(memory.data() + 1, 33, 21);  // misaligned
    fill(map);
    CHECK(map == W);
    Eigen::Matrix<S, 33, 21> fixed;
    fill(fixed);
    CHECK(fixed == W);
    Eigen::Array<S, Dynamic, Dynamic> array(33, 21);
    fill(array);
    CHECK(array.matrix() == W);

    const std::vector<S> expected = values_of<S>(W);
    Eigen::Tensor<S, 2> tensor(33, 21);
    CHECK(fill(tensor) == position);
    CHECK(values_of<S>(tensor) == expected);
    tensor.setZero();
    fill(Eigen::TensorMap<Eigen::Tensor<S, 2>>(tensor.data(), 33, 21));
    CHECK(values_of<S>(tensor) == expected);

    // Along its rows, if it is row-major.
    RowMajor by_rows(33, 21);
    fill(by_rows);
    RowMajor wide(40, 30);
    fill(wide.block(3, 4, 33, 21));
    CHECK(wide.block(3, 4, 33, 21) == by_rows);
    Eigen::Tensor<S, 2, Eigen::RowMajor> tensor_by_rows(33, 21);
    fill(tensor_by_rows);
    CHECK(values_of<S>(tensor_by_rows) == values_of<S>(by_rows));
    if (initializer.expected.distribution) CHECK(values_of<S>(by_rows) == expected);
  });
}

TEST_CASE("what is empty is left alone, and so is the generator", "[init]") {
  test::for_each_initializer([](const auto& initializer) {
    INFO(initializer.name);
    et::Generator random(42);
    std::mt19937 engine(42);
    for (const auto& [r, c] : {std::pair{0, 5}, std::pair{5, 0}, std::pair{0, 0}}) {
      Eigen::MatrixXf none(r, c);
      initializer.fill(none, random);
      initializer.fill(none, engine);
      Eigen::MatrixXd large = Eigen::MatrixXd::Ones(6, 6);
      auto block = large.block(1, 1, r, c);
      initializer.fill(block, random);
      CHECK(large == Eigen::MatrixXd::Ones(6, 6));
      Eigen::Tensor<float, 2> tensor(r, c);
      initializer.fill(tensor, random);
    }
    CHECK(random.position() == 0);
    CHECK(engine == std::mt19937(42));
  });
}
