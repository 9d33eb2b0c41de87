// SPDX-License-Identifier: MIT
#include "eigentrain/core/newton_schulz.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Index;
using et::test::noise;

namespace {

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
template <class S>
using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class S, class M>
M random(Index rows, Index cols) {
  M g(rows, cols);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) g(i, j) = noise<S>(rows, i * 1000 + j);
  }
  return g;
}

template <class M>
M iterated(M g, const et::NewtonSchulzOptions& options = {}, double scale = 1.0) {
  et::detail::Scratch scratch;
  et::detail::newton_schulz(g.data(), g.innerSize(), g.outerSize(), scale, options, scratch);
  return g;
}

/// The iteration as it is written down.
Eigen::MatrixXd by_hand(const Eigen::MatrixXd& g, const et::NewtonSchulzOptions& o = {}) {
  Eigen::MatrixXd x = g / std::max(g.norm(), o.epsilon);
  for (int round = 0; round < o.rounds; ++round) {
    const Eigen::MatrixXd a = x * x.transpose();
    x = (o.a * x + (o.b * a + o.c * a * a) * x).eval();
  }
  return x;
}

/// A matrix of each scalar and storage order against the equations.
void check_shape(Index rows, Index cols) {
  CAPTURE(rows, cols);
  const auto g = random<double, Matrix<double>>(rows, cols);
  const Eigen::MatrixXd expected = by_hand(g);
  CHECK((iterated(g) - expected).cwiseAbs().maxCoeff() < 1e-13);
  CHECK((iterated<RowMajor<double>>(g) - expected).cwiseAbs().maxCoeff() < 1e-13);
  const Matrix<float> f = g.cast<float>();
  CHECK((iterated(f).cast<double>() - expected).cwiseAbs().maxCoeff() < 2e-5);
  CHECK(
      (iterated<RowMajor<float>>(f, {}, 2.0).cast<double>() - 2 * expected).cwiseAbs().maxCoeff() <
      4e-5);
}

}  // namespace

TEST_CASE("shapes and storage orders don't matter") {
  check_shape(2, 2);
  check_shape(3, 5);
  check_shape(5, 3);
  check_shape(16, 16);
  check_shape(9, 40);
  check_shape(70, 33);
}

TEST_CASE("sizes of many blocks don't matter", "[long]") {
  check_shape(65, 150);
  check_shape(300, 66);
  // Strides that would be a power of two.
  const auto g = random<float, Matrix<float>>(256, 300);
  CHECK((iterated(g).cast<double>() - by_hand(g.cast<double>())).cwiseAbs().maxCoeff() < 5e-5);
}

TEST_CASE("the exact coefficients lead to the orthogonal factor") {
  const et::NewtonSchulzOptions exact{.a = 1.5, .b = -0.5, .c = 0.0, .rounds = 40};
  const auto wide = iterated(random<double, Matrix<double>>(12, 40), exact);
  CHECK((wide * wide.transpose() - Eigen::MatrixXd::Identity(12, 12)).norm() < 1e-12);
  const auto tall = iterated(random<double, Matrix<double>>(40, 12), exact);
  CHECK((tall.transpose() * tall - Eigen::MatrixXd::Identity(12, 12)).norm() < 1e-12);
  // An orthogonal matrix of any size leads to itself: here a rotation.
  Eigen::Matrix2d rotation;
  rotation << 0.6, -0.8, 0.8, 0.6;
  CHECK((iterated<Eigen::Matrix2d>(1e6 * rotation, exact) - rotation).norm() < 1e-12);
}

TEST_CASE("the default coefficients bring singular values near 1 in five rounds") {
  // Of diag(s) they are the diagonal.
  double least = 10, most = 0;
  for (double s = 0.02; s <= 1.0; s += 0.001) {
    Eigen::Matrix2d g = Eigen::Matrix2d::Zero();
    g(0, 0) = s;
    g(1, 1) = std::sqrt(1 - s * s);
    const Eigen::Matrix2d x = iterated(g);
    CHECK(x(0, 1) == 0.0);
    least = std::min({least, x(0, 0), s > 0.9 ? 1.0 : x(1, 1)});
    most = std::max({most, x(0, 0), x(1, 1)});
  }
  CHECK(least > 0.68);
  CHECK(most < 1.14);
  INFO(least << " " << most);
  CHECK(most > 1.1);
}

TEST_CASE("zero stays zero, and what is small is divided by epsilon") {
  CHECK(iterated<Matrix<float>>(Matrix<float>::Zero(3, 4)) == Matrix<float>::Zero(3, 4));
  const et::NewtonSchulzOptions one{.a = 1.5, .b = -0.5, .c = 0.0, .rounds = 1, .epsilon = 1.0};
  CHECK(iterated<Eigen::Matrix2d>(1e-3 * Eigen::Matrix2d::Identity(), one)(0, 0) ==
        Approx(1.5e-3 - 0.5e-9).epsilon(1e-14));
}

TEST_CASE("large and small values have a direction, too, and NaN spreads") {
  const auto g = random<float, Matrix<float>>(20, 30);
  const auto x = iterated(g);
  CHECK((iterated<Matrix<float>>(1e38f * g) - x).cwiseAbs().maxCoeff() < 1e-5f);
  const et::NewtonSchulzOptions tiny{.epsilon = 1e-300};
  CHECK((iterated<Matrix<float>>(1e-30f * g, tiny) - x).cwiseAbs().maxCoeff() < 1e-5f);
  const Matrix<double> d = g.cast<double>();
  CHECK((iterated<Matrix<double>>(1e250 * d) - iterated(d)).cwiseAbs().maxCoeff() < 1e-12);
  for (const float bad : {std::nanf(""), HUGE_VALF}) {
    Matrix<float> broken = g;
    broken(3, 4) = bad;
    CHECK(iterated(broken).array().isNaN().all());
  }
}

TEST_CASE("scratch is kept for the next matrix") {
  et::detail::Scratch scratch;
  auto large = random<float, Matrix<float>>(40, 30), small = random<float, Matrix<float>>(7, 33);
  const auto expected = iterated(small);
  et::detail::newton_schulz<float>(large.data(), 40, 30, 1.0, {}, scratch);
  CHECK(et::test::allocations_in(
            [&] { et::detail::newton_schulz<float>(small.data(), 7, 33, 1.0, {}, scratch); }) == 0);
  CHECK(small == expected);
}

TEMPLATE_TEST_CASE("an iteration has the same bits at every level", "", float, double) {
  using S = TestType;
  et::test::at_every_simd_level([] {
    CAPTURE(static_cast<int>(et::simd_level()));
    const auto x = iterated(random<S, Matrix<S>>(75, 37));
    CHECK(et::test::hash_bits(x.data(), x.size()) ==
          (sizeof(S) == 4 ? 0x31fc76f211d1f8a8u : 0xcf5fe38cf8538653u));
    CHECK(et::test::same_bits(Matrix<S>(iterated(random<S, RowMajor<S>>(75, 37))), x));
    // The lines of a square matrix are rows; as columns they would lead to other last bits.
    const auto square = iterated(random<S, Matrix<S>>(20, 20));
    CHECK(et::test::hash_bits(square.data(), square.size()) ==
          (sizeof(S) == 4 ? 0x3327f7fdf5575ca1u : 0x8c9f045f2a92536cu));
  });
}
