// SPDX-License-Identifier: MIT
#include "eigentrain/core/orthonormal.hpp"

#include <Eigen/QR>
#include <limits>

#include "eigentrain/core/distributions.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using et::Index;

namespace {

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

template <class S>
Matrix<S> normal_matrix(Index rows, Index cols) {
  Matrix<S> A(rows, cols);
  et::Generator random(42);
  et::fill_normal(A.data(), A.size(), 0.0, 1.0, random);
  return A;
}

template <class S>
Matrix<S> orthonormal(const Matrix<S>& A) {
  et::detail::Panelled<S> a(A.rows(), A.cols());
  et::detail::OrthonormalWork<S> work(a);
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) a(i, j) = A(i, j);
  }
  et::detail::make_orthonormal(a, work);
  Matrix<S> Q(A.rows(), A.cols());
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) Q(i, j) = a(i, j);
  }
  return Q;
}

// The largest element of QᵀQ − I, in units of rounding.
template <class S>
double departure(const Matrix<S>& Q) {
  const Eigen::MatrixXd wide = Q.template cast<double>();
  const Eigen::MatrixXd rest =
      wide.transpose() * wide - Eigen::MatrixXd::Identity(Q.cols(), Q.cols());
  return rest.cwiseAbs().maxCoeff() / std::numeric_limits<S>::epsilon();
}

}  // namespace

TEMPLATE_TEST_CASE("columns become orthonormal at every shape, R triangular with a diagonal >= 0",
                   "[orthonormal]", float, double) {
  using S = TestType;
  const auto check = [](Index rows, Index cols) {
    const Matrix<S> A = normal_matrix<S>(rows, cols), Q = orthonormal(A);
    INFO(rows << "x" << cols);
    CHECK(departure(Q) < 12);
    const Eigen::MatrixXd R = Q.transpose().template cast<double>() * A.template cast<double>();
    const double unit = 8 * std::numeric_limits<S>::epsilon() * std::sqrt(double(rows));
    for (Index j = 0; j < cols; ++j) {
      REQUIRE(R(j, j) > 0);
      for (Index i = j + 1; i < cols; ++i) REQUIRE(std::abs(R(i, j)) < unit);
    }
  };
  for (const Index cols : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97}) {
    for (const Index more : {0, 1, 7, 8, 33}) check(cols + more, cols);
  }
  check(300, 200);
  check(1000, 3);
}

TEMPLATE_TEST_CASE("the factor is that of another factorization", "[orthonormal]", float, double) {
  using S = TestType;
  const Matrix<S> A = normal_matrix<S>(90, 70), Q = orthonormal(A);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(A.template cast<double>());
  Eigen::MatrixXd expected = qr.householderQ() * Eigen::MatrixXd::Identity(90, 70);
  for (Index j = 0; j < 70; ++j) {
    if (qr.matrixQR()(j, j) < 0) expected.col(j) *= -1;
  }
  CHECK((Q.template cast<double>() - expected).cwiseAbs().maxCoeff() <
        200 * std::numeric_limits<S>::epsilon());
}

TEST_CASE("signs follow the diagonal of R, and zero counts as positive", "[orthonormal]") {
  Eigen::MatrixXd A(3, 3);
  A << -2, 1, 5,  //
      0, 3, 1,    //
      0, 0, -4;
  CHECK(orthonormal(A) == Eigen::MatrixXd(Eigen::Vector3d(-1, 1, -1).asDiagonal()));
  A << 0, 2, 0,  //
      0, 0, 2,   //
      0, 0, 0;   // R's diagonal is zero
  CHECK(orthonormal(A) == Eigen::MatrixXd::Identity(3, 3));
  A << 0, 0, 1,  //
      1, 0, 0,   //
      0, 1, 0;
  CHECK((orthonormal(A) - A).cwiseAbs().maxCoeff() < 1e-15);
}

TEMPLATE_TEST_CASE("columns become orthonormal whatever the rank", "[orthonormal]", float, double) {
  using S = TestType;
  for (const Index cols : {3, 20, 40, 70}) {
    for (const Index rows : {cols, cols + 9}) {
      INFO(rows << "x" << cols);
      // Equal columns leave equal roundings behind, which add up.
      const double allowed = 8 + 0.5 * static_cast<double>(cols);
      const Matrix<S> zero = Matrix<S>::Zero(rows, cols);
      CHECK(orthonormal(zero) == Matrix<S>::Identity(rows, cols));
      CHECK(orthonormal(Matrix<S>(-zero)) == Matrix<S>::Identity(rows, cols));
      CHECK(departure(orthonormal(Matrix<S>(Matrix<S>::Constant(rows, cols, S(0.7))))) < allowed);
      Matrix<S> A = normal_matrix<S>(rows, cols);
      for (Index j = 1; j < cols; ++j) A.col(j) = A.col(j / 2);  // each is there several times
      CHECK(departure(orthonormal(A)) < allowed);
      for (Index j = 0; j < cols; ++j) A.col(j) = A.col(0);
      CHECK(departure(orthonormal(A)) < allowed);
      A = normal_matrix<S>(rows, cols);
      A.col(cols / 2).setZero();
      A.row(0).setZero();
      CHECK(departure(orthonormal(A)) < allowed);
      A *= S(1e-30);  // squares below the smallest float
      CHECK(departure(orthonormal(A)) < allowed);
    }
  }
}

TEST_CASE("the factorization has the same bits at every level, written down", "[orthonormal]") {
  test::at_every_level([] {
    const auto hash = [](const auto& Q) { return test::hash_bits(Q.data(), Q.size()); };
    CHECK(hash(orthonormal(normal_matrix<float>(150, 130))) == std::uint64_t{0xfaea2d305f9a74d0u});
    CHECK(hash(orthonormal(normal_matrix<double>(150, 130))) == std::uint64_t{0xf60f217521ba2bb8u});
    CHECK(hash(orthonormal(normal_matrix<float>(9, 5))) == std::uint64_t{0xa3cdce31cdaf4bdbu});
    CHECK(hash(orthonormal(normal_matrix<double>(9, 5))) == std::uint64_t{0xb818432d9d434a88u});
  });
}
