// SPDX-License-Identifier: MIT
#include "eigentrain/init/gain.hpp"

#include <iterator>
#include <limits>

#include "golden/gains.hpp"
#include "support/catch.hpp"

namespace gains = eigentrain::gains;
namespace torch = golden::gains;

TEST_CASE("the gains are PyTorch's", "[gain]") {
  CHECK(gains::linear == torch::linear);
  CHECK(gains::conv == torch::conv1d);
  CHECK(gains::conv == torch::conv2d);
  CHECK(gains::conv == torch::conv3d);
  CHECK(gains::conv == torch::conv_transpose2d);
  CHECK(gains::sigmoid == torch::sigmoid);
  CHECK(gains::tanh == torch::tanh);
  CHECK(gains::relu == torch::relu);
  CHECK(gains::selu == torch::selu);
  CHECK(gains::leaky_relu() == torch::leaky_relu);
  for (std::size_t i = 0; i < std::size(torch::slopes); ++i) {
    CHECK(gains::leaky_relu(torch::slopes[i]) == torch::leaky_relus[i]);
  }
}

TEST_CASE("a leaky ReLU's slope is a finite number", "[gain]") {
  for (double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_WITH(gains::leaky_relu(bad),
                      StartsWith("gains::leaky_relu: slope must be in (-inf, inf), got"));
  }
}
