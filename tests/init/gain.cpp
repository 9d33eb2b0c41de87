// SPDX-License-Identifier: MIT
#include "eigentrain/init/gain.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

namespace gains = eigentrain::gains;

TEST_CASE("the gains are PyTorch's", "[gain]") {
  CHECK(gains::linear == 1.0);
  CHECK(gains::sigmoid == 1.0);
  CHECK(gains::relu == std::sqrt(2.0));
  CHECK(gains::tanh == 5.0 / 3.0);
  CHECK(gains::selu == 0.75);
  CHECK(gains::leaky_relu(0.0) == gains::relu);
  CHECK(gains::leaky_relu(1.0) == 1.0);
  CHECK(gains::leaky_relu() == Approx(1.4141428569978354).epsilon(1e-15));
  CHECK(gains::leaky_relu(std::sqrt(5.0)) == Approx(std::sqrt(1.0 / 3)).epsilon(1e-15));
  CHECK_THROWS(gains::leaky_relu(std::numeric_limits<double>::quiet_NaN()));
}
