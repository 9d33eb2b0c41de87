// SPDX-License-Identifier: MIT
#include "eigentrain/init/lecun.hpp"

#include <cmath>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"
#include "support/scaled.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEMPLATE_TEST_CASE("LeCun's weights have LeCun's deviation", "[lecun]", float, double) {
  const auto check = [](const et::LecunOptions& options, double std) {
    const auto with = [&](auto function) {
      return [=](auto& W, auto& random) { function(W, random, options); };
    };
    test::check_scaled<TestType>(
        std, with([](auto& W, auto& r, const auto& o) { et::lecun_uniform(W, r, o); }),
        with([](auto& W, auto& r, const auto& o) { et::lecun_normal(W, r, o); }),
        with([](auto& W, auto& r, const auto& o) { et::lecun_truncated_normal(W, r, o); }));
  };
  // W is 30 × 50.
  check({}, std::sqrt(1.0 / 50));
  check({.gain = 2}, 2 / std::sqrt(50.0));
  check({.gain = 0}, 0);
  check({.fans = et::kernel_fans(10, 3, 50)}, std::sqrt(1.0 / 150));
  check({.axes = {.out = 1, .in = 0}}, std::sqrt(1.0 / 30));
}

TEST_CASE("LeCun's weights of a kernel count its field", "[lecun]") {
  Eigen::Tensor<double, 4> kernel(8, 4, 3, 3), same(8, 4, 3, 3);
  et::Generator first(42), second(42);
  et::lecun_normal(kernel, first, {.axes = {.out = 0, .in = 1}});
  et::lecun_normal(same, second, {.fans = et::kernel_fans(8, 4, 9)});
  const double std = std::sqrt(1.0 / (4 * 9));
  Eigen::VectorXd expected(8 * 4 * 9);
  second = et::Generator(42);
  et::fill_normal(expected.data(), expected.size(), 0.0, std, second);
  CHECK(Eigen::Map<Eigen::VectorXd>(kernel.data(), kernel.size()).isApprox(expected, 1e-15));
  CHECK(Eigen::Map<Eigen::VectorXd>(same.data(), same.size()).isApprox(expected, 1e-15));
  CHECK(first == second);
}

TEST_CASE("LeCun refuses bad options before it touches anything", "[lecun]") {
  test::check_refusals<et::LecunOptions>("lecun_uniform", [](auto& W, auto& random, const auto& o) {
    et::lecun_uniform(W, random, o);
  });
  test::check_refusals<et::LecunOptions>(
      "lecun_normal", [](auto& W, auto& random, const auto& o) { et::lecun_normal(W, random, o); });
  test::check_refusals<et::LecunOptions>(
      "lecun_truncated_normal",
      [](auto& W, auto& random, const auto& o) { et::lecun_truncated_normal(W, random, o); });
}
