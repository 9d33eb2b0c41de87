// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/groups.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <vector>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Groups;
using et::Index;

namespace {

template <class S, int Order>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Order>;

/// Σ v over each group, folded block by block.
template <class T>
std::vector<double> sums(const T& matrix, Groups groups) {
  const auto all = et::detail::grouped<const typename T::Scalar>(matrix, groups);
  std::vector<double> result(static_cast<std::size_t>(all.count));
  for (Index first = 0; first < all.count; first += et::detail::group_block) {
    et::detail::fold_groups<et::detail::Sum>(
        all, first, std::min(et::detail::group_block, all.count - first), result.data() + first,
        [](const auto& v, const auto&) { return v; });
  }
  return result;
}

/// Multiplies group number k by k + 1.
template <class T>
void number(T&& matrix, Groups groups) {
  using S = typename std::remove_cvref_t<T>::Scalar;
  const auto all = et::detail::grouped<S>(matrix, groups);
  for (Index first = 0; first < all.count; first += et::detail::group_block) {
    const Index count = std::min(et::detail::group_block, all.count - first);
    S factors[et::detail::group_block];
    for (Index k = 0; k < count; ++k) factors[k] = static_cast<S>(first + k + 1);
    et::detail::update_groups(all, all, first, count, factors,
                              [](const auto& v, const auto&, auto& f) { return f * v; });
  }
}

}  // namespace

TEMPLATE_TEST_CASE("groups are rows, columns or everything, in either storage order", "",
                   (Matrix<float, Eigen::ColMajor>), (Matrix<float, Eigen::RowMajor>),
                   (Matrix<double, Eigen::ColMajor>), (Matrix<double, Eigen::RowMajor>)) {
  using S = typename TestType::Scalar;
  for (const Index rows : {1, 3, 16, 33, 70}) {
    for (const Index cols : {1, 2, 31, 64, 65}) {
      TestType whole(rows + 3, cols + 2);
      for (Index i = 0; i < whole.rows(); ++i) {
        for (Index j = 0; j < whole.cols(); ++j) whole(i, j) = static_cast<S>(i * 100 + j);
      }
      const TestType before = whole;
      auto matrix = whole.block(1, 1, rows, cols);  // with gaps
      CAPTURE(rows, cols);
      const auto by_row = sums(matrix, Groups::rows), by_column = sums(matrix, Groups::columns);
      REQUIRE(by_row.size() == static_cast<std::size_t>(rows));
      REQUIRE(by_column.size() == static_cast<std::size_t>(cols));
      bool right = true;  // whole numbers: the sums are exact
      for (Index i = 0; i < rows; ++i) {
        right = right && by_row[static_cast<std::size_t>(i)] == double(matrix.row(i).sum());
      }
      for (Index j = 0; j < cols; ++j) {
        right = right && by_column[static_cast<std::size_t>(j)] == double(matrix.col(j).sum());
      }
      CHECK(right);
      CHECK(sums(matrix, Groups::all) ==
            std::vector<double>{double(matrix.template cast<double>().sum())});
      et::test::at_every_simd_level([&] {
        for (const Groups groups : {Groups::rows, Groups::columns, Groups::all}) {
          whole = before;
          number(matrix, groups);
          TestType wanted = before;
          for (Index i = 0; i < rows; ++i) {
            for (Index j = 0; j < cols; ++j) {
              const Index k = groups == Groups::rows ? i : groups == Groups::columns ? j : 0;
              wanted(i + 1, j + 1) *= static_cast<S>(k + 1);
            }
          }
          CHECK(whole == wanted);
        }
      });
    }
  }
}

TEST_CASE("a group's sum has the same bits in either storage order and at every SIMD level") {
  Matrix<double, Eigen::ColMajor> a(45, 131);
  for (Index i = 0; i < a.size(); ++i) a.data()[i] = et::test::noise<double>(1, i) / 3.0;
  const Matrix<double, Eigen::RowMajor> b = a;
  const auto rows = sums(a, Groups::rows), columns = sums(a, Groups::columns);
  et::test::at_every_simd_level([&] {
    CHECK(sums(a, Groups::rows) == rows);
    CHECK(sums(b, Groups::rows) == rows);
    CHECK(sums(a, Groups::columns) == columns);
    CHECK(sums(b, Groups::columns) == columns);
  });
}

TEST_CASE("matrices without values have no groups, or empty ones") {
  const Eigen::MatrixXf none(0, 3), nothing(3, 0);
  CHECK(sums(none, Groups::rows).empty());
  CHECK(sums(none, Groups::columns) == std::vector<double>{0.0, 0.0, 0.0});
  CHECK(sums(nothing, Groups::rows) == std::vector<double>{0.0, 0.0, 0.0});
  CHECK(sums(nothing, Groups::all) == std::vector<double>{0.0});
}
