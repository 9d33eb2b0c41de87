// SPDX-License-Identifier: MIT
#include "eigentrain/init/orthogonal.hpp"

#include <Eigen/LU>
#include <cmath>
#include <limits>
#include <random>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using Eigen::Dynamic;
using et::Index;

namespace {

// The largest element of WᵀW − gain²·I, or of W·Wᵀ if it is wide, in units of rounding of gain².
template <class Derived>
double departure(const Eigen::MatrixBase<Derived>& W, double gain = 1) {
  Eigen::MatrixXd tall = W.template cast<double>() / gain;
  if (tall.rows() < tall.cols()) tall.transposeInPlace();
  const Eigen::MatrixXd rest =
      tall.transpose() * tall - Eigen::MatrixXd::Identity(tall.cols(), tall.cols());
  return rest.cwiseAbs().maxCoeff() / std::numeric_limits<typename Derived::Scalar>::epsilon();
}

}  // namespace

TEMPLATE_TEST_CASE("rows or columns are orthonormal, whichever are shorter", "[orthogonal]", float,
                   double) {
  using S = TestType;
  et::Generator random(42);
  for (const Index rows : {1, 2, 5, 16, 33, 64, 100}) {
    for (const Index cols : {1, 3, 8, 17, 32, 65, 300}) {
      INFO(rows << "x" << cols);
      Eigen::Matrix<S, Dynamic, Dynamic> W(rows, cols);
      et::orthogonal(W, random);
      CHECK(departure(W) < 12);
      et::orthogonal(W, random, {.gain = 5.0 / 3.0});
      CHECK(departure(W, 5.0 / 3.0) < 12);
    }
  }
}

TEST_CASE("every orthogonal matrix is as likely as any other", "[orthogonal][long]") {
  // By Haar's measure, for a column q of n elements: E q_i = 0, E q_i² = 1/n and
  // E q_i⁴ = 3/(n(n+2)); E q_ij·q_kl = 0 for any two; and the trace of a square one has mean 0 and
  // variance 1. Without the signs of R's diagonal, those of Q's would be mostly negative.
  constexpr int n = 4, many = 20000;
  et::Generator random(42);
  Eigen::Matrix4d mean = Eigen::Matrix4d::Zero(), second = mean, fourth = mean;
  double trace = 0, trace_square = 0, neighbours = 0, determinants = 0;
  for (int k = 0; k < many; ++k) {
    Eigen::Matrix4d W;
    et::orthogonal(W, random);
    mean += W / many;
    second += W.cwiseAbs2() / many;
    fourth += W.cwiseAbs2().cwiseAbs2() / many;
    trace += W.trace() / many;
    trace_square += W.trace() * W.trace() / many;
    neighbours += W(0, 0) * W(1, 1) * W(0, 1) * W(1, 0) / many;
    determinants += W.determinant() / many;
  }
  const double root = std::sqrt(double{many});
  CHECK(mean.cwiseAbs().maxCoeff() < 4.5 * std::sqrt(1.0 / n) / root);
  CHECK((second.array() - 1.0 / n).abs().maxCoeff() < 4.5 * std::sqrt(1.0 / 8 - 1.0 / 16) / root);
  // E q⁸ = 105/(n(n+2)(n+4)(n+6)).
  CHECK((fourth.array() - 1.0 / 8).abs().maxCoeff() <
        4.5 * std::sqrt(105.0 / 1920 - 1.0 / 64) / root);
  CHECK(std::abs(trace) < 4 / root);
  CHECK(std::abs(trace_square - 1) < 4 * std::sqrt(2.0) / root);
  CHECK(std::abs(neighbours + 1.0 / (n * (n - 1) * (n + 2))) < 4 * 0.1 / root);
  CHECK(std::abs(determinants) < 4 / root);  // rotations and reflections alike
}

TEST_CASE("elements of a large orthogonal matrix are normal", "[orthogonal][long]") {
  // √n times an element differs from N(0, 1) by O(1/n), which a million of them can't tell.
  Eigen::MatrixXf W(1000, 1000);
  et::Generator random(42);
  et::orthogonal(W, random);
  const auto found = et::test::moments(W.data(), W.size());
  CHECK(std::abs(found.mean) < 4 / std::sqrt(1000.0) / 1000);
  CHECK(found.variance == Approx(1e-3).epsilon(1e-5));  // the rows have length 1
  CHECK(et::test::kolmogorov(std::vector<float>(W.data(), W.data() + W.size()), [](double x) {
          return et::test::normal_distribution(x * std::sqrt(1000.0));
        }) < 1.95);
}

TEMPLATE_TEST_CASE("every kind of matrix of a shape gets the same elements", "[orthogonal]", float,
                   double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Dynamic, Dynamic>;
  for (const auto& [rows, cols] : {std::pair<Index, Index>{20, 12}, {12, 20}, {16, 16}}) {
    Matrix W(rows, cols);
    et::Generator random(42);
    et::orthogonal(W, random);
    const auto same = [&, &expected = W](auto&& target) {
      et::Generator again(42);
      et::orthogonal(target, again);
      CHECK(target == expected);
      CHECK(again == random);
    };
    Eigen::Matrix<S, Dynamic, Dynamic, Eigen::RowMajor> by_rows(rows, cols);
    same(by_rows);
    Matrix large = Matrix::Constant(40, 30, S(7));
    auto block = large.block(3, 5, rows, cols);
    same(block);
    block.setConstant(S(7));
    CHECK(large == Matrix::Constant(40, 30, S(7)));
    Eigen::Matrix<S, Dynamic, Dynamic, Eigen::RowMajor> wide(40, 30);
    same(wide.block(2, 1, rows, cols));
    Eigen::Ref<Matrix> reference = large.topRightCorner(rows, cols);
    same(reference);
    std::vector<S> numbers(static_cast<std::size_t>(rows * cols) + 1);
    same(Eigen::Map<Matrix>(numbers.data() + 1, rows, cols));
    Matrix turned(cols, rows);
    et::Generator again(42);
    et::orthogonal(turned, again, {.axes = {.out = 1, .in = 0}});
    CHECK(turned.transpose() == W);

    Eigen::Tensor<S, 2> tensor(rows, cols);
    et::Generator for_tensor(42);
    et::orthogonal(tensor, for_tensor);
    CHECK(Eigen::Map<Matrix>(tensor.data(), rows, cols) == W);
  }
  Eigen::Matrix<S, 3, 2> fixed;
  Eigen::Array<S, Dynamic, Dynamic> array(3, 2);
  et::Generator random(42), again(42);
  et::orthogonal(fixed, random);
  et::orthogonal(array, again);
  CHECK(array.matrix() == fixed);
}

TEMPLATE_TEST_CASE("a kernel is unfolded along its outputs", "[orthogonal]", float, double) {
  using S = TestType;
  using RowMajor = Eigen::Matrix<S, Dynamic, Dynamic, Eigen::RowMajor>;
  const auto is_orthogonal = [](const auto& kernel, Index out) {
    const auto unfolding = et::detail::unfold(kernel, {.out = out}, "test");
    Eigen::Matrix<S, Dynamic, Dynamic> W(unfolding.out, unfolding.rest);
    unfolding.for_each([&](Index o, Index r, Index offset) { W(o, r) = kernel.data()[offset]; });
    return departure(W) < 12;
  };
  et::Generator random(42), again(42);
  // As in PyTorch: 6 × 4·3·3 in row-major order is a matrix of orthonormal rows.
  Eigen::Tensor<S, 4, Eigen::RowMajor> kernel(6, 4, 3, 3);
  et::orthogonal(kernel, random, {.axes = {.out = 0, .in = 1}});
  Eigen::Map<RowMajor> flat(kernel.data(), 6, 36);
  CHECK(departure(flat) < 12);
  RowMajor W(6, 36);
  et::orthogonal(W, again);
  CHECK(flat == W);
  for (Index out = 0; out < 4; ++out) {
    INFO(out);
    et::orthogonal(kernel, random, {.axes = {.out = out}});
    CHECK(is_orthogonal(kernel, out));
    Eigen::Tensor<S, 4> columns(3, 3, 2, 40);
    et::orthogonal(Eigen::TensorMap<Eigen::Tensor<S, 4>>(columns), random, {.axes = {.out = out}});
    CHECK(is_orthogonal(columns, out));
  }
}

TEST_CASE("a vector gets the length of the gain", "[orthogonal]") {
  et::Generator random(42);
  Eigen::VectorXd column(300);
  et::orthogonal(column, random, {.gain = 3});
  CHECK(column.norm() == Approx(3).epsilon(1e-14));
  Eigen::RowVectorXf row(300);
  et::orthogonal(row, random);
  CHECK(row.norm() == Approx(1).epsilon(1e-6));
  double sign_sum = 0;
  for (int i = 0; i < 1000; ++i) {
    Eigen::Matrix<double, 1, 1> one;
    et::orthogonal(one, random);
    CHECK(std::abs(one[0]) == 1);
    sign_sum += one[0];
  }
  CHECK(std::abs(sign_sum) < 4 * std::sqrt(1000.0));
}

TEST_CASE("orthogonal weights have the same bits everywhere", "[orthogonal]") {
  test::at_every_level([] {
    et::Generator random(42);
    Eigen::MatrixXf floats(100, 300);
    et::orthogonal(floats, random, {.gain = et::gains::relu});
    CHECK(test::hash_bits(floats.data(), floats.size()) == std::uint64_t{0x5a56318ef99c2a82u});
    Eigen::MatrixXd doubles(70, 50);
    et::orthogonal(doubles, random, {.gain = et::gains::relu});
    CHECK(test::hash_bits(doubles.data(), doubles.size()) == std::uint64_t{0x300950862212664eu});
    std::mt19937 engine(42);
    et::orthogonal(doubles, engine);
    CHECK(test::hash_bits(doubles.data(), doubles.size()) == std::uint64_t{0x86cd11c2b0a710eeu});
  });
}

TEST_CASE("orthogonal refuses before it touches anything", "[orthogonal]") {
  Eigen::Matrix2f W = Eigen::Matrix2f::Constant(7);
  Eigen::Tensor<float, 3> kernel(2, 2, 2);
  kernel.setConstant(7);
  et::Generator random(42);
  const double infinity = std::numeric_limits<double>::infinity();
  for (double gain : {-1.0, infinity, infinity - infinity, 1e300}) {
    CHECK_THROWS_WITH(et::orthogonal(W, random, {.gain = gain}),
                      StartsWith("orthogonal: gain must be in [0, "));
  }
  CHECK_THROWS_WITH(et::orthogonal(W, random, {.axes = {.out = 2}}),
                    StartsWith("orthogonal: axes.out must be in [0, 2)"));
  CHECK_THROWS_WITH(et::orthogonal(kernel, random),
                    StartsWith("orthogonal: a tensor of rank 3 does not say"));
  CHECK(W == Eigen::Matrix2f::Constant(7));
  for (Index i = 0; i < kernel.size(); ++i) CHECK(kernel.data()[i] == 7.0f);
  CHECK(random.position() == 0);
  et::orthogonal(W, random, {.gain = 0});
  CHECK(W == Eigen::Matrix2f::Zero());
}

TEST_CASE("orthogonal leaves empty matrices alone", "[orthogonal]") {
  et::Generator random(42);
  Eigen::MatrixXf none(0, 0), no_inputs(3, 0), no_outputs(0, 3);
  et::orthogonal(none, random);
  et::orthogonal(no_inputs, random);
  et::orthogonal(no_outputs, random);
  Eigen::Tensor<float, 3> kernel(2, 0, 2);
  et::orthogonal(kernel, random, {.axes = {.out = 0}});
  CHECK(random.position() == 0);
}
