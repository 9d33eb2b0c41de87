// SPDX-License-Identifier: MIT
#include "eigentrain/init/xavier.hpp"

#include <cmath>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"
#include "support/scaled.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEMPLATE_TEST_CASE("Xavier's weights have Glorot's deviation", "[xavier]", float, double) {
  const auto check = [](const et::XavierOptions& options, double std) {
    const auto with = [&](auto function) {
      return [=](auto& W, auto& random) { function(W, random, options); };
    };
    test::check_scaled<TestType>(
        std, with([](auto& W, auto& r, const auto& o) { et::xavier_uniform(W, r, o); }),
        with([](auto& W, auto& r, const auto& o) { et::xavier_normal(W, r, o); }),
        with([](auto& W, auto& r, const auto& o) { et::xavier_truncated_normal(W, r, o); }));
  };
  // W is 30 × 50.
  check({}, std::sqrt(2.0 / 80));
  check({.gain = 2}, 2 * std::sqrt(2.0 / 80));
  check({.gain = 0}, 0);
  check({.fans = et::kernel_fans(10, 3, 50)}, std::sqrt(2.0 / 650));
  check({.axes = {.out = 1, .in = 0}}, std::sqrt(2.0 / 80));
}

TEST_CASE("Xavier's weights of a kernel count its field", "[xavier]") {
  Eigen::Tensor<double, 4> kernel(8, 4, 3, 3), same(8, 4, 3, 3);
  et::Generator first(42), second(42);
  et::xavier_normal(kernel, first, {.axes = {.out = 0, .in = 1}});
  et::xavier_normal(same, second, {.fans = et::kernel_fans(8, 4, 9)});
  const double std = std::sqrt(2.0 / (12 * 9));
  Eigen::VectorXd expected(8 * 4 * 9);
  second = et::Generator(42);
  et::fill_normal(expected.data(), expected.size(), 0.0, std, second);
  CHECK(Eigen::Map<Eigen::VectorXd>(kernel.data(), kernel.size()).isApprox(expected, 1e-15));
  CHECK(Eigen::Map<Eigen::VectorXd>(same.data(), same.size()).isApprox(expected, 1e-15));
  CHECK(first == second);
}

TEST_CASE("Xavier refuses bad options before it touches anything", "[xavier]") {
  test::check_refusals<et::XavierOptions>(
      "xavier_uniform",
      [](auto& W, auto& random, const auto& o) { et::xavier_uniform(W, random, o); });
  test::check_refusals<et::XavierOptions>(
      "xavier_normal",
      [](auto& W, auto& random, const auto& o) { et::xavier_normal(W, random, o); });
  test::check_refusals<et::XavierOptions>(
      "xavier_truncated_normal",
      [](auto& W, auto& random, const auto& o) { et::xavier_truncated_normal(W, random, o); });
}
