// SPDX-License-Identifier: MIT
#include "eigentrain/init/xavier.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEMPLATE_TEST_CASE("xavier_uniform has Glorot's bound", "[xavier]", float, double) {
  using S = TestType;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> W(300, 500);
  et::Generator random(42);
  et::xavier_uniform(W, random, {.gain = 2.0});
  const double bound = 2 * std::sqrt(6.0 / 800), n = static_cast<double>(W.size());
  CHECK(W.maxCoeff() < S(bound));
  CHECK(W.minCoeff() >= S(-bound));
  CHECK(W.maxCoeff() > S(bound * 0.9999));
  const auto found = test::moments(W.data(), W.size());
  CHECK(std::abs(found.mean) < 4 * bound / std::sqrt(3 * n));
  const double variance = 4 * 2.0 / 800;
  CHECK(std::abs(found.variance - variance) < 4 * variance * std::sqrt(0.8 / n));
  CHECK(test::kolmogorov(std::vector<S>(W.data(), W.data() + W.size()),
                         [&](double x) { return (x + bound) / (2 * bound); }) < 1.95);
}

TEMPLATE_TEST_CASE("xavier_normal has Glorot's deviation", "[xavier]", float, double) {
  using S = TestType;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> W(300, 500);
  et::Generator random(42);
  et::xavier_normal(W, random);
  const double std = std::sqrt(2.0 / 800), n = static_cast<double>(W.size());
  const auto found = test::moments(W.data(), W.size());
  CHECK(std::abs(found.mean) < 4 * std / std::sqrt(n));
  CHECK(std::abs(found.variance - std * std) < 4 * std * std * std::sqrt(2 / n));
  CHECK(test::kolmogorov(std::vector<S>(W.data(), W.data() + W.size()),
                         [&](double x) { return test::normal_distribution(x / std); }) < 1.95);
}

TEST_CASE("Xavier's weights have the same bits everywhere", "[xavier]") {
  test::at_every_level([] {
    et::Generator random(42);
    Eigen::MatrixXf W(33, 21);
    et::xavier_uniform(W, random);
    CHECK(test::hash_bits(W.data(), W.size()) == std::uint64_t{0x22a47905c42d5375u});
    et::xavier_normal(W, random);
    CHECK(test::hash_bits(W.data(), W.size()) == std::uint64_t{0x27d8270ca25a9e8eu});
  });
}

TEST_CASE("Xavier's fans may be given, and a vector needs them", "[xavier]") {
  Eigen::VectorXd kernel(288), same(288);
  et::Generator first(42), second(42);
  et::xavier_normal(kernel, first, {.fans = et::kernel_fans(32, 1, 9)});
  et::fill_normal(same.data(), 288, 0.0, std::sqrt(2.0 / (9 + 288)), second);
  CHECK(kernel.isApprox(same, 1e-15));
  const et::Generator before = first;
  CHECK_THROWS_WITH(et::xavier_uniform(kernel, first), ContainsSubstring("has no fans"));
  CHECK_THROWS_WITH(et::xavier_normal(kernel, first), ContainsSubstring("xavier_normal: a vector"));
  CHECK(first == before);
}

TEST_CASE("Xavier refuses a bad gain before it touches anything", "[xavier]") {
  Eigen::Matrix2d W = Eigen::Matrix2d::Identity();
  et::Generator random(42);
  const double infinity = std::numeric_limits<double>::infinity();
  for (double gain : {-1.0, infinity, infinity - infinity}) {
    CHECK_THROWS_WITH(et::xavier_uniform(W, random, {.gain = gain}),
                      StartsWith("xavier_uniform: gain must be in [0, inf)"));
    CHECK_THROWS_WITH(et::xavier_normal(W, random, {.gain = gain}),
                      StartsWith("xavier_normal: gain must be in [0, inf)"));
  }
  CHECK(W == Eigen::Matrix2d::Identity());
  CHECK(random.position() == 0);
  et::xavier_uniform(W, random, {.gain = 0});
  CHECK(W == Eigen::Matrix2d::Zero());
}

TEST_CASE("Xavier leaves empty matrices alone", "[xavier]") {
  et::Generator random(42);
  Eigen::MatrixXf none(0, 0), no_inputs(3, 0);
  et::xavier_uniform(none, random);
  et::xavier_normal(no_inputs, random);
  CHECK(random.position() == 0);
}
