// SPDX-License-Identifier: MIT
#include "eigentrain/init/he.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEMPLATE_TEST_CASE("he_normal has He's deviation", "[he]", float, double) {
  using S = TestType;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> W(300, 500);
  const double n = static_cast<double>(W.size());
  const auto check = [&](const et::HeOptions& options, double variance) {
    et::Generator random(42);
    et::he_normal(W, random, options);
    const auto found = test::moments(W.data(), W.size());
    CHECK(std::abs(found.mean) < 4 * std::sqrt(variance / n));
    CHECK(std::abs(found.variance - variance) < 4 * variance * std::sqrt(2 / n));
    CHECK(test::kolmogorov(std::vector<S>(W.data(), W.data() + W.size()), [&](double x) {
            return test::normal_distribution(x / std::sqrt(variance));
          }) < 1.95);
  };
  check({}, 2.0 / 500);
  check({.fan = et::Fan::out}, 2.0 / 300);
  check({.gain = 3}, 9.0 / 500);
  check({.fans = et::kernel_fans(10, 20, 9)}, 2.0 / 180);
  check({.fan = et::Fan::out, .fans = et::kernel_fans(10, 20, 9)}, 2.0 / 90);
}

TEMPLATE_TEST_CASE("he_uniform has He's bound", "[he]", float, double) {
  using S = TestType;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> W(300, 500);
  const auto check = [&](const et::HeOptions& options, double bound) {
    et::Generator random(42);
    et::he_uniform(W, random, options);
    CHECK(W.maxCoeff() < S(bound));
    CHECK(W.minCoeff() >= S(-bound));
    CHECK(W.maxCoeff() > S(bound * 0.9999));
    CHECK(test::kolmogorov(std::vector<S>(W.data(), W.data() + W.size()),
                           [&](double x) { return (x + bound) / (2 * bound); }) < 1.95);
  };
  check({}, std::sqrt(6.0 / 500));
  check({.fan = et::Fan::out}, std::sqrt(6.0 / 300));
  check({.gain = et::gains::leaky_relu(std::sqrt(5.0))}, 1 / std::sqrt(500.0));  // torch.nn.Linear
}

TEST_CASE("the variance survives ten layers of ReLU", "[he]") {
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

TEST_CASE("He's weights have the same bits everywhere", "[he]") {
  test::at_every_level([] {
    et::Generator random(42);
    Eigen::MatrixXf W(33, 21);
    et::he_uniform(W, random);
    CHECK(test::hash_bits(W.data(), W.size()) == std::uint64_t{0x976956df128c0a6bu});
    et::he_normal(W, random);
    CHECK(test::hash_bits(W.data(), W.size()) == std::uint64_t{0x52221d5765b033e7u});
  });
}

TEST_CASE("He refuses bad options before it touches anything", "[he]") {
  Eigen::Matrix2d W = Eigen::Matrix2d::Identity();
  Eigen::Vector3f vector(1, 2, 3);
  et::Generator random(42);
  const double infinity = std::numeric_limits<double>::infinity();
  for (double gain : {-1.0, infinity, infinity - infinity}) {
    CHECK_THROWS_WITH(et::he_uniform(W, random, {.gain = gain}),
                      StartsWith("he_uniform: gain must be in [0, inf)"));
    CHECK_THROWS_WITH(et::he_normal(W, random, {.gain = gain}),
                      StartsWith("he_normal: gain must be in [0, inf)"));
  }
  CHECK_THROWS_WITH(et::he_normal(W, random, {.fans = {.in = 3}}),
                    "he_normal: fans.out must be at least 1, got 0");
  CHECK_THROWS_WITH(et::he_uniform(vector, random), ContainsSubstring("has no fans"));
  CHECK(W == Eigen::Matrix2d::Identity());
  CHECK(vector == Eigen::Vector3f(1, 2, 3));
  CHECK(random.position() == 0);

  Eigen::MatrixXd empty(4, 0);
  et::he_normal(empty, random);
  et::he_uniform(empty, random);
  CHECK(random.position() == 0);
}
