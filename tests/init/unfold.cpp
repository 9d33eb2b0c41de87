// SPDX-License-Identifier: MIT
#include "eigentrain/init/unfold.hpp"

#include <set>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"

namespace et = eigentrain;
using et::Index;

namespace {

// Whether both ways of walking meet every offset of a tensor without gaps once, in the same places.
template <class T>
et::detail::Unfolding unfolded(const T& tensor, const et::Axes& axes) {
  const auto unfolding = et::detail::unfold(tensor, axes, "test");
  std::set<Index> seen;
  unfolding.for_each([&](Index o, Index r, Index offset) {
    CHECK(unfolding(o, r) == offset);
    CHECK(o < unfolding.out);
    CHECK(r < unfolding.rest);
    CHECK(offset >= 0);
    CHECK(offset < tensor.size());
    seen.insert(offset);
  });
  CHECK(static_cast<Index>(seen.size()) == tensor.size());
  return unfolding;
}

}  // namespace

TEST_CASE("a matrix unfolds to itself, or to its transpose", "[unfold]") {
  Eigen::MatrixXf W(5, 7);
  Eigen::Matrix<float, 5, 7, Eigen::RowMajor> R;
  const auto check = [&](const auto& A) {
    const auto plain = unfolded(A, {}), named = unfolded(A, {.out = 0, .in = 1});
    const auto turned = unfolded(A, {.out = 1, .in = 0});
    for (Index i = 0; i < 5; ++i) {
      for (Index j = 0; j < 7; ++j) {
        CHECK(&A.data()[plain(i, j)] == &A.coeffRef(i, j));
        CHECK(&A.data()[named(i, j)] == &A.coeffRef(i, j));
        CHECK(&A.data()[turned(j, i)] == &A.coeffRef(i, j));
      }
    }
  };
  check(W);
  check(R);
  const auto block = W.block(1, 2, 3, 4);
  const auto unfolding = et::detail::unfold(block, {}, "test");
  CHECK(unfolding.out == 3);
  CHECK(unfolding.rest == 4);
  CHECK(&block.data()[unfolding(2, 3)] == &W(3, 5));
  const Eigen::VectorXf column(4);
  CHECK(unfolded(column, {}).out == 4);
  CHECK(unfolded(Eigen::RowVectorXf(4), {}).rest == 4);
}

TEST_CASE("a tensor unfolds along any axis, the rest in storage order", "[unfold]") {
  Eigen::Tensor<double, 4> columns(2, 3, 4, 5);
  Eigen::Tensor<double, 4, Eigen::RowMajor> rows(2, 3, 4, 5);
  for (Index axis = 0; axis < 4; ++axis) {
    const auto down = unfolded(columns, {.out = axis}), along = unfolded(rows, {.out = axis});
    CHECK(down.out == columns.dimension(static_cast<std::size_t>(axis)));
    CHECK(down.rest == 120 / down.out);
    for (Index o = 0; o < down.out; ++o) {
      Index r = 0;
      Eigen::array<Index, 4> at;
      for (at[3] = 0; at[3] < 5; ++at[3]) {
        for (at[2] = 0; at[2] < 4; ++at[2]) {
          for (at[1] = 0; at[1] < 3; ++at[1]) {
            for (at[0] = 0; at[0] < 2; ++at[0]) {
              if (at[static_cast<std::size_t>(axis)] != o) continue;
              REQUIRE(&columns.data()[down(o, r++)] == &columns(at));
            }
          }
        }
      }
      r = 0;
      for (at[0] = 0; at[0] < 2; ++at[0]) {
        for (at[1] = 0; at[1] < 3; ++at[1]) {
          for (at[2] = 0; at[2] < 4; ++at[2]) {
            for (at[3] = 0; at[3] < 5; ++at[3]) {
              if (at[static_cast<std::size_t>(axis)] != o) continue;
              REQUIRE(&rows.data()[along(o, r++)] == &rows(at));
            }
          }
        }
      }
    }
  }
  CHECK(unfolded(Eigen::Tensor<float, 2>(3, 4), {}).out == 3);
  CHECK(unfolded(Eigen::Tensor<float, 3>(3, 0, 2), {.out = 0}).rest == 0);
  CHECK(unfolded(Eigen::Tensor<float, 3>(0, 3, 2), {.out = 0}).rest == 0);
}

TEST_CASE("unfolding refuses axes that aren't there", "[unfold]") {
  const Eigen::Tensor<float, 3> kernel(2, 3, 4);
  const Eigen::MatrixXf W(2, 3);
  using et::detail::unfold;
  CHECK_THROWS_WITH(unfold(kernel, {}, "orthogonal"),
                    "orthogonal: a tensor of rank 3 does not say which of its axes are outputs; "
                    "give it, as in {.axes = {.out = 0}}");
  CHECK_THROWS_WITH(unfold(kernel, {.in = 1}, "test"), ContainsSubstring("give it"));
  CHECK_THROWS_WITH(unfold(kernel, {.out = 3}, "test"),
                    "test: axes.out must be in [0, 3), the axes of this tensor, got 3");
  CHECK_THROWS_WITH(unfold(kernel, {.out = 0, .in = -1}, "test"), ContainsSubstring("axes.in"));
  CHECK_THROWS_WITH(unfold(W, {.out = 0, .in = 0}, "test"), ContainsSubstring("must differ"));
  CHECK_THROWS_WITH(unfold(W, {.out = 2, .in = 0}, "test"), ContainsSubstring("axes.out"));
}
