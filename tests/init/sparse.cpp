// SPDX-License-Identifier: MIT
#include "eigentrain/init/sparse.hpp"

#include <limits>
#include <map>
#include <random>
#include <unsupported/Eigen/CXX11/Tensor>

#include "golden/dirac_sparse.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using Eigen::Dynamic;
using et::Index;

TEMPLATE_TEST_CASE("every column has as many zeros as in PyTorch", "[sparse]", float, double) {
  using S = TestType;
  et::Generator random(42);
  for (const golden::Sparse& golden : golden::sparses) {
    INFO(golden.rows << " rows, sparsity " << golden.sparsity);
    Eigen::Matrix<S, Dynamic, Dynamic> W(golden.rows, 7);
    Eigen::Matrix<S, Dynamic, Dynamic, Eigen::RowMajor> R(golden.rows, 7);
    et::sparse(W, random, {.sparsity = golden.sparsity});
    et::sparse(R, random, {.sparsity = golden.sparsity});
    for (Index j = 0; j < 7; ++j) {
      CHECK((W.col(j).array() == S(0)).count() == golden.zeros);
      CHECK((R.col(j).array() == S(0)).count() == golden.zeros);
    }
  }
}

TEMPLATE_TEST_CASE("what isn't zero is what normal gives", "[sparse][long]", float, double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Dynamic, Dynamic>;
  et::Generator first(42), second(42);
  Matrix W(1000, 1430), all(1000, 1430);
  et::sparse(W, first, {.sparsity = 0.3, .std = 0.5});
  et::fill_normal(all.data(), all.size(), 0, 0.5, second);
  for (Index i = 0; i < W.size(); ++i) {
    if (W.data()[i] != S(0)) REQUIRE(W.data()[i] == all.data()[i]);
  }
  CHECK(first.position() > second.position());
  std::vector<S> rest;
  for (Index i = 0; i < W.size(); ++i) {
    if (W.data()[i] != S(0)) rest.push_back(W.data()[i]);
  }
  CHECK(rest.size() == 700 * 1430);
  CHECK(test::kolmogorov(rest, [](double x) { return test::normal_distribution(x / 0.5); }) < 1.95);
}

TEST_CASE("every choice of places is as likely as any other", "[sparse]") {
  // 2 of 5 places: 10 choices, over 20,000 columns.
  et::Generator random(42);
  constexpr int columns = 20000;
  Eigen::MatrixXd W(5, columns);
  et::sparse(W, random, {.sparsity = 0.4});
  std::map<int, int> counts;
  std::map<std::pair<int, int>, int> pairs;
  int before = 0;
  for (Index j = 0; j < columns; ++j) {
    int choice = 0;
    for (Index i = 0; i < 5; ++i) choice |= (W(i, j) == 0 ? 1 : 0) << i;
    ++counts[choice];
    if (j % 2 == 1) ++pairs[{before, choice}];
    before = choice;
  }
  REQUIRE(counts.size() == 10);
  const auto chi_square = [](const auto& found, double expected) {
    double sum = 0;
    for (const auto& [key, count] : found)
      sum += (count - expected) * (count - expected) / expected;
    return sum;
  };
  CHECK(chi_square(counts, columns / 10.0) < 27.9);  // one sample in a thousand is above
  REQUIRE(pairs.size() == 100);
  CHECK(chi_square(pairs, columns / 200.0) < 149);  // of one column and the next
}

TEST_CASE("sparse weights have the same bits everywhere, the zeros in any layout's place",
          "[sparse]") {
  test::at_every_level([] {
    et::Generator random(42), same(42);
    Eigen::MatrixXf W(50, 40), large(60, 50);
    et::sparse(W, random, {.sparsity = 0.75});
    CHECK(test::hash_bits(W.data(), W.size()) == std::uint64_t{0x87d10f7e6c73f7bdu});
    et::sparse(large.block(3, 2, 50, 40), same, {.sparsity = 0.75});
    CHECK(large.block(3, 2, 50, 40) == W);
    CHECK(same == random);
    std::mt19937 engine(42), engine_too(42), third(42);
    Eigen::Matrix<float, Dynamic, Dynamic, Eigen::RowMajor> R(50, 40);
    et::sparse(W, engine, {.sparsity = 0.75});
    et::sparse(R, engine_too, {.sparsity = 0.75});
    CHECK((W.array() == 0.0f).cwiseEqual(R.array() == 0.0f).all());
    Eigen::Tensor<float, 2> tensor(50, 40);
    et::sparse(tensor, third, {.sparsity = 0.75});
    CHECK(Eigen::Map<Eigen::MatrixXf>(tensor.data(), 50, 40) == W);
    CHECK(test::hash_bits(W.data(), W.size()) == std::uint64_t{0x698a3a7e83b0016cu});
  });
}

TEST_CASE("sparse refuses before it touches anything", "[sparse]") {
  Eigen::Matrix2d W = Eigen::Matrix2d::Constant(7);
  et::Generator random(42);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double sparsity : {-0.1, 1.0, 2.0, nan}) {
    CHECK_THROWS_WITH(et::sparse(W, random, {.sparsity = sparsity}),
                      StartsWith("sparse: sparsity must be in [0, 1), got"));
  }
  CHECK_THROWS_WITH(et::sparse(W, random, {}), StartsWith("sparse: sparsity must be"));
  for (double std : {-0.1, nan, std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_WITH(et::sparse(W, random, {.sparsity = 0.5, .std = std}),
                      StartsWith("sparse: std must be in [0,"));
  }
  Eigen::Tensor<double, 3> cube(2, 2, 2);
  cube.setConstant(7);
  CHECK_THROWS_WITH(et::sparse(cube, random, {.sparsity = 0.5}),
                    "sparse: the tensor must have rank 2, got 3");
  for (Index i = 0; i < cube.size(); ++i) CHECK(cube.data()[i] == 7.0);
  CHECK(W == Eigen::Matrix2d::Constant(7));
  Eigen::MatrixXf none(0, 3), no_columns(3, 0);
  et::sparse(none, random, {.sparsity = 0.5});
  et::sparse(no_columns, random, {.sparsity = 0.5});
  CHECK(random.position() == 0);
}
