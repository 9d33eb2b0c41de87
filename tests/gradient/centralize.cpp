// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/centralize.hpp"

#include <cmath>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/gradient/weight_decay.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd some(Eigen::Index rows, Eigen::Index cols) {
  Eigen::MatrixXd values(rows, cols);
  for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = et::test::noise<double>(7, i);
  return values;
}

}  // namespace

TEST_CASE("each row loses its mean") {
  Eigen::Matrix<float, 2, 3> g;
  g << 1, 2, 6, -4, 0, 1;
  et::centralize_gradient(g);
  Eigen::Matrix<float, 2, 3> expected;
  expected << -2, -1, 3, -3, 1, 2;
  CHECK(g == expected);
  Eigen::MatrixXf one(1, 2);
  one << 1, 5;
  et::centralize_gradient(one);
  CHECK(one(0) == -2.0f);
}

TEST_CASE("both storage orders and blocks of any size have the same bits") {
  for (const Eigen::Index rows : {2, 5, 33, 70}) {
    for (const Eigen::Index cols : {2, 3, 31, 130}) {
      const Eigen::MatrixXd values = some(rows, cols);
      Eigen::MatrixXd columns = values;
      RowMajor rowwise = values, wide(rows + 1, cols + 2);
      wide.setConstant(9.0);
      wide.block(1, 1, rows, cols) = values;
      et::centralize_gradient(columns);
      et::centralize_gradient(rowwise);
      et::centralize_gradient(wide.block(1, 1, rows, cols));
      const Eigen::VectorXd means = values.rowwise().mean();
      CHECK((columns - (values.colwise() - means)).cwiseAbs().maxCoeff() < 1e-15);
      CHECK(columns == Eigen::MatrixXd(rowwise));
      CHECK(columns == Eigen::MatrixXd(wide.block(1, 1, rows, cols)));
      CHECK(wide.row(0).isConstant(9.0));
      CHECK(wide.col(0).isConstant(9.0));
      CHECK(wide.rightCols(1).isConstant(9.0));
    }
  }
}

TEST_CASE("a list's matrices and tensors are centralized, its vectors and frozen ones are not") {
  Eigen::MatrixXd W = some(3, 4), dW = W, F = W, dF = W, column = some(5, 1), dcolumn = column;
  RowMajor V = some(4, 6), dV = V;
  Eigen::VectorXd b = some(4, 1), db = b;
  Eigen::Tensor<double, 3> T(2, 3, 2), dT(2, 3, 2);
  for (int i = 0; i < 12; ++i) T.data()[i] = dT.data()[i] = i * i;
  et::Parameters<double> parameters;
  parameters.add("W", W, dW).add("V", V, dV).add("b", b, db).add("column", column, dcolumn);
  parameters.add("T", T, dT).add("F", F, dF, {.frozen = true});

  // As a transform the gradients stay, and the update is what the plain call makes of them.
  auto optimizer = et::chain<double>(et::centralize());
  const Eigen::MatrixXd W_before = W;
  optimizer.step(parameters);
  CHECK(dW == W_before);
  Eigen::MatrixXd expected = W_before;
  et::centralize_gradient(parameters);
  CHECK((dW.rowwise().sum().cwiseAbs().maxCoeff()) < 1e-15);
  CHECK((dV.rowwise().sum().cwiseAbs().maxCoeff()) < 1e-15);
  CHECK(W == W_before - dW);
  CHECK(db == some(4, 1));
  CHECK(dcolumn == some(5, 1));
  CHECK(dF == W_before);
  double sums[2] = {};
  for (int i = 0; i < 12; ++i) sums[i % 2] += dT.data()[i];
  CHECK(std::abs(sums[0]) < 1e-12);
  CHECK(std::abs(sums[1]) < 1e-12);
  for (int i = 0; i < 12; ++i) CHECK(T.data()[i] == i * i - dT.data()[i]);

  dW = W_before;
  CHECK(et::test::allocations_in([&] { optimizer.step(parameters); }) == 0);
}

TEST_CASE("what stands before it is centralized with the gradient") {
  Eigen::MatrixXd W(2, 2), dW(2, 2);
  W << 4, 8, 0, 4;
  dW << 1, 3, 0, 0;
  et::Parameters<double> parameters;
  parameters.add("W", W, dW);
  auto optimizer = et::chain<double>(et::add_decay(0.5), et::centralize());
  optimizer.step(parameters);
  Eigen::Matrix2d expected;
  expected << 4 + 2, 8 - 2, 0 + 1, 4 - 1;
  CHECK(W == expected);
}

TEST_CASE("a NaN stays in its unit, and a const gradient can't be changed in place") {
  Eigen::MatrixXd W = some(3, 4), dW = W;
  dW(1, 2) = std::nan("");
  const Eigen::MatrixXd& fixed = dW;
  et::Parameters<double> parameters, others;
  parameters.add("W", W, dW);
  et::centralize_gradient(parameters);
  CHECK(dW.row(1).array().isNaN().all());
  CHECK(std::abs(dW.row(0).sum()) < 1e-15);
  others.add("W", W, fixed);
  CHECK_THROWS_WITH(et::centralize_gradient(others),
                    "centralize_gradient: the gradient of W was added as const");
}

TEST_CASE("centralized gradients have the same bits at every level") {
  et::test::at_every_level([] {
    Eigen::MatrixXf g(37, 45);
    for (Eigen::Index i = 0; i < g.size(); ++i) g.data()[i] = et::test::noise<float>(3, i) / 3.0f;
    et::centralize_gradient(g);
    CHECK(et::test::hash_bits(g.data(), g.size()) == 0xdb4f9729d3ee8952u);
  });
}
