// SPDX-License-Identifier: MIT
#include "eigentrain/init/he.hpp"

#include <cmath>
#include <unsupported/Eigen/CXX11/Tensor>

#include "support/catch.hpp"
#include "support/scaled.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEMPLATE_TEST_CASE("He's weights have He's deviation", "[he]", float, double) {
  const auto check = [](const et::HeOptions& options, double std) {
    const auto with = [&](auto function) {
      return [=](auto& W, auto& random) { function(W, random, options); };
    };
    test::check_scaled<TestType>(
        std, with([](auto& W, auto& r, const auto& o) { et::he_uniform(W, r, o); }),
        with([](auto& W, auto& r, const auto& o) { et::he_normal(W, r, o); }),
        with([](auto& W, auto& r, const auto& o) { et::he_truncated_normal(W, r, o); }));
  };
  // W is 30 × 50.
  check({}, std::sqrt(2.0 / 50));
  check({.fan = et::Fan::out}, std::sqrt(2.0 / 30));
  check({.fan = et::Fan::average}, std::sqrt(2.0 / 40));
  check({.gain = 3}, 3 / std::sqrt(50.0));
  check({.gain = 0}, 0);
  check({.gain = et::gains::leaky_relu(std::sqrt(5.0))}, std::sqrt(1.0 / 150));  // torch.nn.Linear
  check({.fans = et::kernel_fans(10, 3, 50)}, std::sqrt(2.0 / 150));
  check({.fan = et::Fan::out, .fans = et::kernel_fans(10, 3, 50)}, std::sqrt(2.0 / 500));
  check({.axes = {.out = 1, .in = 0}}, std::sqrt(2.0 / 30));
}

TEST_CASE("He's weights of a kernel count its field", "[he]") {
  Eigen::Tensor<double, 4> kernel(8, 4, 3, 3), same(8, 4, 3, 3);
  et::Generator first(42), second(42);
  et::he_normal(kernel, first, {.axes = {.out = 0, .in = 1}});
  et::he_normal(same, second, {.fans = et::kernel_fans(8, 4, 9)});
  const double std = std::sqrt(2.0 / (4 * 9));
  Eigen::VectorXd expected(8 * 4 * 9);
  second = et::Generator(42);
  et::fill_normal(expected.data(), expected.size(), 0.0, std, second);
  CHECK(Eigen::Map<Eigen::VectorXd>(kernel.data(), kernel.size()).isApprox(expected, 1e-15));
  CHECK(Eigen::Map<Eigen::VectorXd>(same.data(), same.size()).isApprox(expected, 1e-15));
  CHECK(first == second);
}

TEST_CASE("the variance survives ten layers of ReLU", "[he][long]") {
  et::Generator random(42);
  Eigen::MatrixXf activation(256, 64), W(256, 256);
  et::fill_normal(activation.data(), activation.size(), 0, 1, random);
  for (int layer = 0; layer < 10; ++layer) {
    et::he_normal(W, random);
    activation = (W * activation).cwiseMax(0.0f).eval();
  }
  // The second moment starts at 1, and half of it is left after ReLU in every layer, doubled again.
  const double second = activation.squaredNorm() / static_cast<float>(activation.size());
  CHECK(second > 0.25);
  CHECK(second < 4.0);
}

TEST_CASE("He refuses a fan that is none", "[he]") {
  Eigen::Matrix2f W = Eigen::Matrix2f::Identity();
  et::Generator random(42);
  CHECK_THROWS_WITH(et::he_normal(W, random, {.fan = static_cast<et::Fan>(3)}),
                    "he_normal: fan must be in, out or average, got 3");
  CHECK(W == Eigen::Matrix2f::Identity());
  CHECK(random == et::Generator(42));
}

TEST_CASE("He refuses bad options before it touches anything", "[he]") {
  test::check_refusals<et::HeOptions>(
      "he_uniform", [](auto& W, auto& random, const auto& o) { et::he_uniform(W, random, o); });
  test::check_refusals<et::HeOptions>(
      "he_normal", [](auto& W, auto& random, const auto& o) { et::he_normal(W, random, o); });
  test::check_refusals<et::HeOptions>(
      "he_truncated_normal",
      [](auto& W, auto& random, const auto& o) { et::he_truncated_normal(W, random, o); });
}
