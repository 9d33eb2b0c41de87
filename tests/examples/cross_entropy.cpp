// SPDX-License-Identifier: MIT
#include "mlp/cross_entropy.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

using mlp::Matrix;
using mlp::Score;

namespace {

template <class S>
struct Result {
  Score score;
  Matrix<S> gradient;
};

template <class S>
Result<S> run(const Matrix<S>& logits, const Eigen::VectorXi& labels) {
  Result<S> result{{}, Matrix<S>(logits.rows(), logits.cols())};
  result.score = mlp::softmax_cross_entropy<S>(logits, labels, result.gradient);
  return result;
}

}  // namespace

TEMPLATE_TEST_CASE("equal logits lose log of the number of classes", "", float, double) {
  const auto result =
      run<TestType>(Matrix<TestType>::Constant(10, 3, TestType(7)), Eigen::VectorXi{{0, 4, 9}});
  CHECK(result.score.mean_loss() == Approx(std::log(10.0)));
  CHECK(result.score.samples == 3);
  for (Eigen::Index j = 0; j < 3; ++j) {
    for (Eigen::Index i = 0; i < 10; ++i) {
      const bool own = i == (j == 0 ? 0 : j == 1 ? 4 : 9);
      CHECK(result.gradient(i, j) == Approx((own ? 0.1 - 1.0 : 0.1) / 3.0));
    }
  }
}

TEMPLATE_TEST_CASE("two classes are the logistic function", "", float, double) {
  for (const double z : {-3.0, -0.5, 0.0, 0.25, 2.0}) {
    Matrix<TestType> logits(2, 1);
    logits << TestType(z), TestType(0);
    const double p = 1.0 / (1.0 + std::exp(-z));
    const auto result = run<TestType>(logits, Eigen::VectorXi::Zero(1));
    CHECK(result.score.loss == Approx(-std::log(p)));
    CHECK(result.gradient(0, 0) == Approx(p - 1.0));
    CHECK(result.gradient(1, 0) == Approx(1.0 - p));
    CHECK(result.score.correct == (z >= 0.0 ? 1 : 0));
  }
}

TEMPLATE_TEST_CASE("large logits neither overflow nor lose digits", "", float, double) {
  const TestType large = TestType(1e30);
  Matrix<TestType> logits(3, 2);
  logits << large, 1000, -large, 999, 0, -1000;
  const auto result = run<TestType>(logits, Eigen::VectorXi{{0, 1}});
  // Sample 0 is certain and right; sample 1 loses log(1 + e), being 1 behind the largest.
  CHECK(result.score.loss == Approx(std::log1p(std::exp(1.0))));
  CHECK(result.score.correct == 1);
  CHECK(result.gradient.allFinite());
  CHECK(result.gradient.col(0).isZero());

  Matrix<TestType> wrong(2, 1);
  wrong << TestType(500), TestType(-500);
  const auto lost = run<TestType>(wrong, Eigen::VectorXi::Ones(1));
  CHECK(lost.score.loss == Approx(1000.0));  // not infinity
  CHECK(lost.score.correct == 0);
}

TEMPLATE_TEST_CASE("a NaN among the logits is a NaN in the loss", "", float, double) {
  for (Eigen::Index at = 0; at < 3; ++at) {
    Matrix<TestType> logits = Matrix<TestType>::Ones(3, 2);
    logits(at, 1) = std::numeric_limits<TestType>::quiet_NaN();
    CHECK(std::isnan(run<TestType>(logits, Eigen::VectorXi{{0, 0}}).score.loss));
  }
}

TEST_CASE("scores add up") {
  Score total{.loss = 1.0, .correct = 2, .samples = 4};
  total += Score{.loss = 5.0, .correct = 1, .samples = 8};
  CHECK(total.mean_loss() == 0.5);
  CHECK(total.accuracy() == 0.25);
}
