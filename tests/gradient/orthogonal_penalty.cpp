// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/orthogonal_penalty.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Groups;
using et::Index;
using et::test::bits;
using et::test::noise;

namespace {

template <class M>
M noisy(Index rows, Index cols) {
  using S = typename M::Scalar;
  M m(rows, cols);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) m(i, j) = noise<S>(1, i * cols + j) / S(3);
  }
  return m;
}

}  // namespace

TEMPLATE_TEST_CASE("the value is lambda times the squares of the Gram matrix minus one", "", float,
                   double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  et::OrthogonalPenalty<S> columns({.strength = 0.5});
  et::OrthogonalPenalty<S> rows({.strength = 0.5, .groups = Groups::rows});
  const Matrix w{{1, 2}, {0, 1}, {0, 0}};
  CHECK(columns.value(w) == 12.0);  // WᵀW − I = (0 2; 2 4): ½·24
  CHECK(rows.value(w) == 12.5);     // WWᵀ − I = (4 2; 2 0), and −1: ½·25
  CHECK(rows.value(w.transpose().eval()) == 12.0);
  const Matrix orthonormal{{0, 0}, {-1, 0}, {0, 1}};
  CHECK(columns.value(orthonormal) == 0.0);
  CHECK(rows.value(orthonormal) == 0.5);
  CHECK(columns.value(Matrix::Zero(5, 3)) == 1.5);
  CHECK(columns.value(Matrix(4, 0)) == 0.0);
  CHECK(columns.options().strength == 0.5);
}

TEMPLATE_TEST_CASE("the gradient is 4 lambda W (W'W - I), and the value's derivative", "",
                   (Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>),
                   (Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>)) {
  for (const Index r : {1, 8, 13, 20}) {
    for (const Index c : {1, 3, 16, 18}) {
      for (const Groups groups : {Groups::columns, Groups::rows}) {
        et::OrthogonalPenalty<double> penalty({.strength = 0.3, .groups = groups});
        TestType w = noisy<TestType>(r, c);
        TestType g = TestType::Constant(r + 2, c + 3, 0.25);
        auto part = g.block(1, 2, r, c);
        CAPTURE(r, c);
        CHECK(penalty.add_gradient(w, part) == penalty.value(w));
        const Eigen::MatrixXd m = groups == Groups::columns ? Eigen::MatrixXd(w.transpose() * w)
                                                            : Eigen::MatrixXd(w * w.transpose());
        const Eigen::MatrixXd e = m - Eigen::MatrixXd::Identity(m.rows(), m.cols());
        const Eigen::MatrixXd wanted =
            1.2 * (groups == Groups::columns ? Eigen::MatrixXd(w * e) : Eigen::MatrixXd(e * w));
        CHECK(penalty.value(w) == Approx(0.3 * e.squaredNorm()).epsilon(1e-12));
        CHECK((part.array() - 0.25).matrix().isApprox(TestType(wanted), 1e-12));
        CHECK(g.row(0) == TestType::Constant(1, c + 3, 0.25));
        const Index i = r / 2, j = c / 2;
        const double h = 1e-5, value = w(i, j);
        w(i, j) = value + h;
        const double above = penalty.value(w);
        w(i, j) = value - h;
        const double below = penalty.value(w);
        CHECK(part(i, j) - 0.25 == Approx((above - below) / (2 * h)).margin(1e-8));
      }
    }
  }
}

TEST_CASE("descending along it makes columns orthonormal") {
  Eigen::MatrixXd w = noisy<Eigen::MatrixXd>(12, 5), g(12, 5);
  et::OrthogonalPenalty<double> penalty({.strength = 1.0});
  for (int step = 0; step < 500; ++step) {
    g.setZero();
    penalty.add_gradient(w, g);
    w -= 0.05 * g;
  }
  CHECK(penalty.value(w) < 1e-20);
  CHECK((w.transpose() * w).isIdentity(1e-10));
}

TEST_CASE("the same bits everywhere, in any order; a second call allocates nothing") {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto w = noisy<Eigen::MatrixXf>(45, 37);
  const RowMajor other = w;
  Eigen::MatrixXf g(45, 37);
  et::OrthogonalPenalty<float> penalty({.strength = 0.1});
  const auto value = bits(penalty.value(w));
  et::test::at_every_simd_level([&] {
    g.setConstant(0.1f);
    double found = 0.0;
    CHECK(et::test::allocations_in([&] { found = penalty.add_gradient(w, g); }) == 0);
    CHECK(bits(found) == value);
    CHECK(bits(penalty.value(other)) == value);
    CHECK(et::test::hash_bits(g.data(), g.size()) == 0x52f57e5cad0b081bu);
  });
}

TEST_CASE("bad options, shapes and weights throw, with the gradient untouched") {
  CHECK_THROWS_WITH(et::OrthogonalPenalty<float>({.strength = -1.0}),
                    "OrthogonalPenalty: strength must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::OrthogonalPenalty<float>({.strength = std::nan("")}),
                    "OrthogonalPenalty: strength must be in [0, inf), got nan");
  CHECK_THROWS_WITH(et::OrthogonalPenalty<float>({.groups = Groups::all}),
                    "OrthogonalPenalty: groups must be rows or columns");
  et::OrthogonalPenalty<float> penalty({});
  Eigen::MatrixXf w = Eigen::MatrixXf::Ones(3, 2), g = w, other(2, 3);
  CHECK_THROWS_WITH(penalty.add_gradient(w, other),
                    "OrthogonalPenalty: the weights are 3x2 but the gradient is 2x3");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), 1e30f}) {
    w(1, 1) = bad;
    CHECK_FALSE(std::isfinite(penalty.value(w)));
    CHECK_THROWS_WITH(penalty.add_gradient(w, g),
                      "OrthogonalPenalty: the value is not finite; nothing was changed");
    CHECK(g == Eigen::MatrixXf::Ones(3, 2));
  }
}
