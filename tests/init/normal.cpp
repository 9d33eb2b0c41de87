// SPDX-License-Identifier: MIT
#include "eigentrain/init/normal.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEMPLATE_TEST_CASE("normal weights have the mean and deviation asked for", "[normal]", float,
                   double) {
  using S = TestType;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> W(500, 400);
  et::Generator random(42);
  et::normal(W, random, -1, 0.02);
  const auto found = test::moments(W.data(), W.size());
  const double variance = 0.02 * 0.02, n = static_cast<double>(W.size());
  CHECK(std::abs(found.mean + 1) < 4 * std::sqrt(variance / n));
  CHECK(std::abs(found.variance - variance) < 4 * variance * std::sqrt(2 / n));
}

TEST_CASE("normal fills blocks as matrices", "[normal]") {
  test::at_every_level([] {
    Eigen::MatrixXd W(70, 9), large(80, 12);
    et::Generator first(42), second(42);
    et::normal(W, first, 0, 1);
    et::normal(large.block(5, 2, 70, 9), second, 0, 1);
    CHECK(large.block(5, 2, 70, 9) == W);
    CHECK(first == second);
    CHECK(test::hash_bits(W.data(), W.size()) == std::uint64_t{0x612c3d18d231f612u});
  });
}

TEST_CASE("normal refuses a negative deviation before it touches anything", "[normal]") {
  Eigen::Vector2d w(1, 2);
  et::Generator random(42);
  CHECK_THROWS_WITH(et::normal(w, random, 0, -0.5),
                    ContainsSubstring("normal: std must be in [0,"));
  CHECK_THROWS_WITH(et::normal(w, random, std::numeric_limits<double>::infinity(), 1),
                    ContainsSubstring("normal: mean must be in"));
  CHECK(w == Eigen::Vector2d(1, 2));
  CHECK(random.position() == 0);
  et::normal(w, random, 3, 0);
  CHECK(w == Eigen::Vector2d(3, 3));
}
