// SPDX-License-Identifier: MIT
#include "eigentrain/init/delta_orthogonal.hpp"

#include <limits>
#include <random>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;
using et::Index;

TEMPLATE_TEST_CASE("all of the kernel is zero but an orthogonal middle", "[delta_orthogonal]",
                   float, double) {
  using S = TestType;
  et::Generator random(42);
  const auto check = [&](auto kernel, const et::Axes& axes, double gain) {
    kernel.setConstant(S(7));
    et::delta_orthogonal(kernel, random, {.gain = gain, .axes = axes});
    const auto centre = et::detail::kernel_centre(et::detail::extents(kernel),
                                                  et::detail::is_row_major<decltype(kernel)>(),
                                                  axes, et::detail::Middle::first, "test");
    Eigen::MatrixXd H(centre.out, centre.in);
    for (Index o = 0; o < centre.out; ++o) {
      for (Index i = 0; i < centre.in; ++i) {
        S& value = kernel.data()[centre(o, i)];
        H(o, i) = static_cast<double>(value) / gain;
        value = S(0);
      }
    }
    CHECK((H.transpose() * H - Eigen::MatrixXd::Identity(centre.in, centre.in))
              .cwiseAbs()
              .maxCoeff() < 12 * std::numeric_limits<S>::epsilon());
    for (Index i = 0; i < kernel.size(); ++i) REQUIRE(kernel.data()[i] == S(0));
  };
  check(Eigen::Tensor<S, 3>(9, 4, 3), {.out = 0, .in = 1}, 1);
  check(Eigen::Tensor<S, 4>(9, 4, 3, 5), {.out = 0, .in = 1}, 2);
  check(Eigen::Tensor<S, 4>(3, 4, 7, 7), {.out = 3, .in = 2}, 1.5);
  check(Eigen::Tensor<S, 5, Eigen::RowMajor>(3, 2, 8, 2, 5), {.out = 2, .in = 4}, 1);
  check(Eigen::Tensor<S, 3>(5, 5, 1), {.out = 0, .in = 1}, 1);
}

TEST_CASE("the middle of the kernel is what orthogonal gives, at (extent - 1)/2",
          "[delta_orthogonal]") {
  Eigen::Tensor<float, 4> kernel(6, 4, 3, 4);
  Eigen::MatrixXf H(6, 4);
  et::Generator first(42), second(42);
  et::delta_orthogonal(kernel, first, {.gain = 1.25, .axes = {.out = 0, .in = 1}});
  et::orthogonal(H, second, {.gain = 1.25});
  CHECK(first == second);
  for (Index o = 0; o < 6; ++o) {
    for (Index i = 0; i < 4; ++i) CHECK(kernel(o, i, 1, 1) == H(o, i));
  }
}

TEST_CASE("a convolution by it keeps every pixel's length", "[delta_orthogonal]") {
  Eigen::Tensor<double, 3> kernel(8, 5, 3);
  std::mt19937 random(42);
  et::delta_orthogonal(kernel, random, {.axes = {.out = 0, .in = 1}});
  Eigen::MatrixXd signal(5, 20), result = Eigen::MatrixXd::Zero(8, 20);
  et::fill_normal(signal.data(), signal.size(), 0, 1, random);
  for (Index x = 0; x < 20; ++x) {
    for (Index k = 0; k < 3; ++k) {
      if (x + k - 1 < 0 || x + k - 1 >= 20) continue;
      for (Index o = 0; o < 8; ++o) {
        for (Index i = 0; i < 5; ++i) result(o, x) += kernel(o, i, k) * signal(i, x + k - 1);
      }
    }
  }
  for (Index x = 0; x < 20; ++x) CHECK(result.col(x).norm() == Approx(signal.col(x).norm()));
}

TEST_CASE("delta-orthogonal kernels have the same bits everywhere", "[delta_orthogonal]") {
  test::at_every_level([] {
    et::Generator random(42);
    Eigen::Tensor<float, 4> kernel(40, 33, 3, 3);
    et::delta_orthogonal(kernel, random, {.axes = {.out = 0, .in = 1}});
    CHECK(test::hash_bits(kernel.data(), kernel.size()) == std::uint64_t{0xbac4b3b69d362411u});
  });
}

TEST_CASE("delta_orthogonal refuses before it touches anything", "[delta_orthogonal]") {
  Eigen::Tensor<float, 4> kernel(4, 3, 3, 3);
  kernel.setConstant(7);
  et::Generator random(42);
  CHECK_THROWS_WITH(et::delta_orthogonal(kernel, random, {.axes = {.out = 1, .in = 0}}),
                    "delta_orthogonal: needs at least as many outputs as inputs, got 3 and 4");
  CHECK_THROWS_WITH(et::delta_orthogonal(kernel, random),
                    StartsWith("delta_orthogonal: axes.out is missing"));
  CHECK_THROWS_WITH(et::delta_orthogonal(kernel, random, {.gain = -1, .axes = {.out = 0, .in = 1}}),
                    StartsWith("delta_orthogonal: gain must be in [0, "));
  Eigen::MatrixXf matrix = Eigen::MatrixXf::Constant(2, 2, 7);
  CHECK_THROWS_WITH(et::delta_orthogonal(matrix, random, {.axes = {.out = 0, .in = 1}}),
                    ContainsSubstring("has rank 3, 4 or 5"));
  for (Index i = 0; i < kernel.size(); ++i) CHECK(kernel.data()[i] == 7.0f);
  CHECK(matrix == Eigen::MatrixXf::Constant(2, 2, 7));
  CHECK(random.position() == 0);
  Eigen::Tensor<float, 3> none(3, 2, 0);
  et::delta_orthogonal(none, random, {.axes = {.out = 0, .in = 1}});
  CHECK(random.position() == 0);
}
