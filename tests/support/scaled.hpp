// SPDX-License-Identifier: MIT
// What Xavier's, He's and LeCun's weights have in common: a deviation, three distributions, and the
// options that they refuse.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>

#include "eigentrain/init/normal.hpp"
#include "eigentrain/init/truncated_normal.hpp"
#include "eigentrain/init/uniform.hpp"
#include "support/catch.hpp"

namespace eigentrain::test {

/// Checks that three ways of filling W, of 30 × 50, are uniform(), normal() and truncated_normal()
/// with this deviation, value by value.
template <class S, class Uniform, class Normal, class Truncated>
void check_scaled(double std, const Uniform& as_uniform, const Normal& as_normal,
                  const Truncated& as_truncated) {
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  const auto same = [](const auto& fill, const auto& expected) {
    Matrix W(30, 50), wanted(30, 50);
    Generator first(42), second(42);
    fill(W, first);
    expected(wanted, second);
    CHECK(W.isApprox(wanted, 4 * std::numeric_limits<S>::epsilon()));
    CHECK(first == second);
  };
  INFO("std " << std);
  const double bound = std::sqrt(3.0) * std, parent = std / 0.87962566103423978;
  same(as_uniform, [&](auto& W, auto& random) { uniform(W, random, -bound, bound); });
  same(as_normal, [&](auto& W, auto& random) { normal(W, random, 0, std); });
  same(as_truncated, [&](auto& W, auto& random) {
    truncated_normal(
        W, random,
        {.std = parent, .low = -2 * parent, .high = 2 * parent, .std_of = StdOf::parent});
  });
}

/// Checks that call(W, random, options) refuses fans and axes that are wrong, with a message that
/// begins with the owner's name, and leaves W and the generator as they were.
template <class Options, class Call>
void check_fan_refusals(const std::string& owner, const Call& call) {
  const auto refuses = [&](auto& W, const Options& options, const std::string& why) {
    const auto size = W.size();
    for (Index i = 0; i < size; ++i) W.data()[i] = 7;
    Generator random(42);
    CHECK_THROWS_WITH(call(W, random, options), StartsWith(owner + ": " + why));
    CHECK(random == Generator(42));
    for (Index i = 0; i < size; ++i) REQUIRE(W.data()[i] == 7);
  };
  Eigen::MatrixXf W(2, 3);
  refuses(W, {.fans = {.in = 3}}, "fans.out must be at least 1, got 0");
  refuses(W, {.fans = {.in = -3, .out = 2}}, "fans.in must be at least 1, got -3");
  refuses(W, {.fans = {.in = 3, .out = 2}, .axes = {.out = 0, .in = 1}}, "give fans or axes");
  refuses(W, {.axes = {.out = 0, .in = 2}}, "axes.in must be in [0, 2)");
  refuses(W, {.axes = {.out = 0, .in = 0}}, "axes.out and axes.in must differ");
  refuses(W, {.axes = {.out = 0}}, "axes.in is missing");
  Eigen::VectorXf vector(6);
  refuses(vector, {}, "a vector has no fans");
  refuses(vector, {.axes = {.out = 0, .in = 1}}, "axes.in must be in [0, 1)");
  Eigen::Tensor<double, 4> kernel(4, 3, 2, 2);
  refuses(kernel, {}, "a tensor of rank 4 does not say which of its axes are channels");
  refuses(kernel, {.axes = {.out = -1, .in = 1}}, "axes.out must be in [0, 4)");
  refuses(kernel, {.axes = {.out = 0, .in = 4}}, "axes.in must be in [0, 4)");
  refuses(kernel, {.axes = {.out = 3, .in = 3}}, "axes.out and axes.in must differ");
  Eigen::MatrixXf empty(0, 3);
  refuses(empty, {.axes = {.out = 0, .in = 2}}, "axes.in must be in [0, 2)");
}

/// As check_fan_refusals, and the gain.
template <class Options, class Call>
void check_refusals(const std::string& owner, const Call& call) {
  check_fan_refusals<Options>(owner, call);
  Eigen::Matrix2f W = Eigen::Matrix2f::Identity();
  Generator random(42);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (double gain : {-1.0, infinity, infinity - infinity}) {
    CHECK_THROWS_WITH(call(W, random, Options{.gain = gain}),
                      StartsWith(owner + ": gain must be in [0, inf)"));
  }
  CHECK_THROWS_WITH(call(W, random, Options{.gain = 1e300}), StartsWith(owner + ": "));
  CHECK(W == Eigen::Matrix2f::Identity());
  CHECK(random == Generator(42));
}

}  // namespace eigentrain::test
