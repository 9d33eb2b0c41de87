// SPDX-License-Identifier: MIT
#include "eigentrain/init/uniform.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;
namespace test = eigentrain::test;

TEMPLATE_TEST_CASE("uniform weights are uniform and within their bounds", "[uniform]", float,
                   double) {
  using S = TestType;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> W(500, 400);
  et::Generator random(42);
  et::uniform(W, random, -0.1, 0.3);
  CHECK(W.minCoeff() >= S(-0.1));
  CHECK(W.maxCoeff() < S(0.3));
  CHECK(W.maxCoeff() > S(0.2999));
  const auto found = test::moments(W.data(), W.size());
  const double variance = 0.16 / 12, n = static_cast<double>(W.size());
  CHECK(std::abs(found.mean - 0.1) < 4 * std::sqrt(variance / n));
  CHECK(std::abs(found.variance - variance) < 4 * variance * std::sqrt(0.8 / n));
}

TEMPLATE_TEST_CASE("views of one shape and storage order get the same values", "[uniform]", float,
                   double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto fill = [](auto&& W) {
    et::Generator random(42);
    et::uniform(W, random, -1, 1);
    return random.position();
  };
  test::at_every_level([&] {
    Matrix W(13, 17);
    const auto position = fill(W);

    Matrix large = Matrix::Constant(20, 30, S(7));
    CHECK(fill(large.block(3, 4, 13, 17)) == position);
    CHECK(large.block(3, 4, 13, 17) == W);
    large.block(3, 4, 13, 17).setConstant(S(7));
    CHECK(large == Matrix::Constant(20, 30, S(7)));  // nothing around it was touched

    Eigen::Ref<Matrix> reference = large.topLeftCorner(13, 17);
    fill(reference);
    CHECK(reference == W);

    std::vector<S> memory(13 * 17 + 1);
    Eigen::Map<Matrix> map(memory.data() + 1, 13, 17);  // misaligned
    fill(map);
    CHECK(map == W);

    Eigen::Matrix<S, 13, 17> fixed;
    fill(fixed);
    CHECK(fixed == W);
    Eigen::Array<S, Eigen::Dynamic, Eigen::Dynamic> array(13, 17);
    fill(array);
    CHECK(array.matrix() == W);

    // Storage order: a row-major matrix is filled along its rows.
    RowMajor rows(17, 13);
    fill(rows);
    CHECK(rows.transpose() == W);
    RowMajor wide(17, 40);
    fill(wide.middleCols(5, 13));
    CHECK(wide.middleCols(5, 13).transpose() == W);

    Eigen::Matrix<S, Eigen::Dynamic, 1> vector(13 * 17);
    fill(vector);
    CHECK(vector == Eigen::Map<Eigen::Matrix<S, Eigen::Dynamic, 1>>(W.data(), W.size()));
  });
}

TEST_CASE("uniform leaves an empty matrix and the generator alone", "[uniform]") {
  et::Generator random(42);
  Eigen::MatrixXf none(0, 5);
  et::uniform(none, random, 0, 1);
  CHECK(random.position() == 0);
  Eigen::MatrixXf large(4, 4);
  et::uniform(large.block(1, 1, 0, 2), random, 0, 1);
  et::uniform(large.block(1, 1, 2, 0), random, 0, 1);
  CHECK(random.position() == 0);
}

TEST_CASE("uniform refuses bad bounds before it touches anything", "[uniform]") {
  Eigen::Matrix2f W;
  W << 1, 2, 3, 4;
  const Eigen::Matrix2f before = W;
  et::Generator random(42);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(et::uniform(W, random, 1, -1),
                    "uniform: low must not be above high, got 1 and -1");
  CHECK_THROWS_WITH(et::uniform(W, random, nan, 1), ContainsSubstring("uniform: low must be in"));
  CHECK_THROWS_WITH(et::uniform(W, random, 0, nan), ContainsSubstring("uniform: high must be in"));
  CHECK(W == before);
  CHECK(random.position() == 0);
}
