// SPDX-License-Identifier: MIT
#include "eigentrain/init/kernel.hpp"

#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"

namespace et = eigentrain;
using et::Index;
using et::detail::Middle;

namespace {

template <class T>
et::detail::KernelCentre centre_of(const T& kernel, const et::Axes& axes, Middle which) {
  return et::detail::kernel_centre(et::detail::extents(kernel), et::detail::is_row_major<T>(), axes,
                                   which, "test");
}

}  // namespace

TEST_CASE("the centre of a kernel is found in any layout and along any axes", "[kernel]") {
  const auto check = [](const auto& kernel) {
    const auto first = centre_of(kernel, {.out = 1, .in = 3}, Middle::first);
    const auto second = centre_of(kernel, {.out = 1, .in = 3}, Middle::second);
    CHECK(first.out == 3);
    CHECK(first.in == 2);
    CHECK_FALSE(first.empty);
    for (Index o = 0; o < 3; ++o) {
      for (Index i = 0; i < 2; ++i) {
        CHECK(&kernel.data()[first(o, i)] == &kernel(1, o, 2, i));
        CHECK(&kernel.data()[second(o, i)] == &kernel(2, o, 2, i));
      }
    }
  };
  check(Eigen::Tensor<float, 4>(4, 3, 5, 2));
  check(Eigen::Tensor<double, 4, Eigen::RowMajor>(4, 3, 5, 2));
  CHECK(centre_of(Eigen::Tensor<float, 3>(4, 3, 0), {.out = 0, .in = 1}, Middle::first).empty);
}

TEST_CASE("what isn't a kernel is refused", "[kernel]") {
  const Eigen::Tensor<float, 2> matrix(3, 3);
  const Eigen::Tensor<float, 6> large(1, 1, 1, 1, 1, 1);
  const Eigen::Tensor<float, 3> kernel(3, 3, 3);
  const et::Axes usual{.out = 0, .in = 1};
  CHECK_THROWS_WITH(centre_of(matrix, usual, Middle::first),
                    "test: a convolution kernel has rank 3, 4 or 5, this tensor has 2");
  CHECK_THROWS_WITH(centre_of(Eigen::MatrixXf(3, 3), usual, Middle::first), EndsWith("has 2"));
  CHECK_THROWS_WITH(centre_of(large, usual, Middle::first), EndsWith("has 6"));
  CHECK_THROWS_WITH(centre_of(kernel, {}, Middle::first), ContainsSubstring("axes.out is missing"));
  CHECK_THROWS_WITH(centre_of(kernel, {.out = 0}, Middle::first),
                    ContainsSubstring("axes.in is missing"));
  CHECK_THROWS_WITH(centre_of(kernel, {.out = 0, .in = 3}, Middle::first),
                    ContainsSubstring("axes.in must be in [0, 3)"));
  CHECK_THROWS_WITH(centre_of(kernel, {.out = 2, .in = 2}, Middle::first),
                    ContainsSubstring("must differ"));
}
