// SPDX-License-Identifier: MIT
#include "eigentrain/init/dirac.hpp"

#include <algorithm>
#include <unsupported/Eigen/CXX11/Tensor>
#include <utility>

#include "golden/dirac_sparse.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using et::Index;

namespace {

// PyTorch's kernel of one golden case, as a tensor of rank N, and ours beside it.
template <int N>
void compare(const golden::Dirac& golden) {
  Eigen::array<Index, N> extents;
  std::copy(golden.shape.begin(), golden.shape.end(), extents.begin());
  Eigen::Tensor<float, N, Eigen::RowMajor> expected(extents), kernel(extents);
  expected.setZero();
  for (const int place : golden.ones) expected.data()[place] = 1.0f;
  kernel.setConstant(7);
  et::dirac(kernel, {.groups = golden.groups, .axes = {.out = 0, .in = 1}});
  CHECK(std::equal(kernel.data(), kernel.data() + kernel.size(), expected.data()));

  // With the axes in the opposite order, height × width × in × out, the layout turned too.
  std::reverse(extents.begin(), extents.end());
  Eigen::Tensor<float, N> turned(extents);
  turned.setConstant(7);
  et::dirac(turned, {.groups = golden.groups, .axes = {.out = N - 1, .in = N - 2}});
  CHECK(std::equal(turned.data(), turned.data() + turned.size(), expected.data()));
}

}  // namespace

TEST_CASE("ones stand where PyTorch puts them", "[dirac]") {
  for (const golden::Dirac& golden : golden::diracs) {
    INFO("rank " << golden.shape.size() << ", " << golden.shape[0] << " outputs, " << golden.groups
                 << " groups");
    if (golden.shape.size() == 3) compare<3>(golden);
    if (golden.shape.size() == 4) compare<4>(golden);
    if (golden.shape.size() == 5) compare<5>(golden);
  }
}

TEST_CASE("a convolution by it is the identity", "[dirac]") {
  Eigen::Tensor<double, 3> kernel(4, 4, 3);
  et::dirac(kernel, {.axes = {.out = 0, .in = 1}});
  for (Index o = 0; o < 4; ++o) {
    for (Index i = 0; i < 4; ++i) {
      for (Index k = 0; k < 3; ++k) CHECK(kernel(o, i, k) == (o == i && k == 1 ? 1.0 : 0.0));
    }
  }
}

TEST_CASE("dirac refuses before it touches anything", "[dirac]") {
  Eigen::Tensor<float, 4> kernel(4, 3, 3, 3);
  kernel.setConstant(7);
  CHECK_THROWS_WITH(et::dirac(kernel, {.groups = 0, .axes = {.out = 0, .in = 1}}),
                    "dirac: groups must be at least 1, got 0");
  CHECK_THROWS_WITH(et::dirac(kernel, {.groups = 3, .axes = {.out = 0, .in = 1}}),
                    "dirac: 4 outputs can't be divided into 3 groups");
  CHECK_THROWS_WITH(et::dirac(kernel), StartsWith("dirac: axes.out is missing"));
  CHECK_THROWS_WITH(et::dirac(kernel, {.axes = {.out = 0, .in = 4}}),
                    StartsWith("dirac: axes.in must be in [0, 4)"));
  Eigen::MatrixXf matrix = Eigen::MatrixXf::Constant(2, 2, 7);
  CHECK_THROWS_WITH(et::dirac(matrix, {.axes = {.out = 0, .in = 1}}),
                    ContainsSubstring("has rank 3, 4 or 5"));
  CHECK(matrix == Eigen::MatrixXf::Constant(2, 2, 7));
  for (Index i = 0; i < kernel.size(); ++i) CHECK(kernel.data()[i] == 7.0f);
  Eigen::Tensor<float, 3> none(3, 0, 2);
  et::dirac(none, {.axes = {.out = 0, .in = 1}});
}
