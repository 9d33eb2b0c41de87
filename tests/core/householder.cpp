// SPDX-License-Identifier: MIT
#include "eigentrain/core/householder.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using et::Index;

namespace {

constexpr Index rows = 24, block = 16;

template <class S>
using Panel = Eigen::Matrix<S, rows, block, Eigen::RowMajor>;

template <class S>
Panel<S> some_panel() {
  Panel<S> panel;
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < block; ++j) {
      panel(i, j) = static_cast<S>((i * 7 + j * 13 + i * j) % 11 - 5) / S(4);
    }
  }
  return panel;
}

}  // namespace

TEST_CASE("a padded matrix has room in whole blocks, its rows on odd numbers of lines",
          "[householder]") {
  for (const Index m : {1, 5, 8, 16, 17, 33, 100}) {
    for (const Index n : {1, 5, 16, 17, 32, 33, 100}) {
      if (n > m) continue;
      et::detail::Panelled<float> a(m, n);
      CHECK(a.block() == (n <= 16 ? 16 : 32));
      CHECK(a.padded_rows() % 8 == 0);
      CHECK(a.padded_rows() >= m);
      CHECK(a.padded_columns() % a.block() == 0);
      CHECK(a.padded_columns() >= n);
      CHECK(a.stride() >= a.padded_columns());
      CHECK(a.stride() / 16 % 2 == 1);
      for (Index i = 0; i < a.padded_rows(); ++i) {
        for (Index j = 0; j < a.stride(); ++j) REQUIRE(a(i, j) == 0.0f);
      }
      const auto memory = a.memory();
      CHECK(memory.size() == m * n);
      CHECK(memory.data + memory.stride == a.row(1));
    }
  }
}

TEMPLATE_TEST_CASE("a reflection makes a multiple of a unit vector of its column", "[householder]",
                   float, double) {
  using S = TestType;
  test::at_every_level([] {
    for (Index j = 0; j < block; ++j) {
      const Panel<S> before = some_panel<S>();
      Panel<S> panel = before;
      const auto reflection = et::detail::make_reflection(panel.data(), block, rows, j);
      const Eigen::VectorXd v = panel.col(j).template cast<double>();
      CHECK(v.head(j) == Eigen::VectorXd::Zero(j));
      CHECK(v[j] == 1.0);
      const Eigen::MatrixXd H =
          Eigen::MatrixXd::Identity(rows, rows) - reflection.factor * v * v.transpose();
      const double unit = 8 * std::numeric_limits<S>::epsilon();
      CHECK((H.transpose() * H - Eigen::MatrixXd::Identity(rows, rows)).cwiseAbs().maxCoeff() <
            unit);
      const Eigen::VectorXd reflected = H * before.col(j).template cast<double>();
      CHECK(reflected.tail(rows - j - 1).cwiseAbs().maxCoeff() < 4 * unit);
      CHECK(reflected[j] * reflection.sign > 1.0);

      Panel<S> rest = panel;
      et::detail::reflect_panel(rest.data(), block, rows, j, reflection.factor);
      CHECK(rest.leftCols(j + 1) == panel.leftCols(j + 1));
      const Eigen::MatrixXd expected = H * panel.template cast<double>();
      for (Index c = j + 1; c < block; ++c) {
        CHECK((rest.col(c).template cast<double>() - expected.col(c)).cwiseAbs().maxCoeff() <
              8 * unit);
      }
    }
  });
}

TEST_CASE("a column that is zero below its row is left, with the sign of what it has",
          "[householder]") {
  const auto reflect = [](double top, double below) {
    Panel<double> panel = some_panel<double>();
    panel.col(3).tail(rows - 4).setConstant(below);
    panel(3, 3) = top;
    const auto reflection = et::detail::make_reflection(panel.data(), block, rows, 3);
    CHECK(reflection.factor == 0.0);
    CHECK(panel.col(3) == Eigen::VectorXd::Unit(rows, 3));
    return reflection.sign;
  };
  CHECK(reflect(2.0, 0.0) == 1.0);
  CHECK(reflect(-2.0, 0.0) == -1.0);
  CHECK(reflect(0.0, 0.0) == 1.0);
  CHECK(reflect(-0.0, -0.0) == 1.0);
  CHECK(reflect(-3.0, 1e-150) == -1.0);  // whose squares are subnormal
}

TEST_CASE("joined reflections are their product, the first one leftmost", "[householder]") {
  Panel<double> v = some_panel<double>();
  et::detail::Reflection reflections[block];
  Eigen::MatrixXd product = Eigen::MatrixXd::Identity(rows, rows);
  for (Index j = 0; j < block; ++j) {
    reflections[j] = et::detail::make_reflection(v.data(), block, rows, j);
    if (j == 5) reflections[j].factor = 0.0;  // one that leaves all as it is
    product *= Eigen::MatrixXd::Identity(rows, rows) -
               reflections[j].factor * v.col(j) * v.col(j).transpose();
  }
  const Eigen::Matrix<double, block, block, Eigen::RowMajor> inner = -(v.transpose() * v);
  Eigen::Matrix<double, block, block, Eigen::RowMajor> t;
  et::detail::join_reflections(t.data(), inner.data(), reflections, block);
  CHECK(t.isUpperTriangular(0.0));
  const Eigen::MatrixXd joined = Eigen::MatrixXd::Identity(rows, rows) - v * t * v.transpose();
  CHECK((joined - product).cwiseAbs().maxCoeff() < 1e-13);
}
