// SPDX-License-Identifier: MIT
#include "eigentrain/init/lecun.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/statistics.hpp"

namespace et = eigentrain;

TEST_CASE("LeCun's weights have LeCun's deviation", "[lecun]") {
  Eigen::MatrixXd W(300, 500);
  et::Generator random(42);
  const double n = static_cast<double>(W.size()), variance = 1.0 / 500;
  et::lecun_normal(W, random);
  CHECK(std::abs(et::test::moments(W.data(), W.size()).variance - variance) <
        4 * variance * std::sqrt(2 / n));
  et::lecun_uniform(W, random);
  CHECK(std::abs(et::test::moments(W.data(), W.size()).variance - variance) <
        4 * variance * std::sqrt(0.8 / n));
}
