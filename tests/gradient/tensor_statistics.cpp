// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/tensor_statistics.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("statistics begin at zero and are a plain value") {
  const et::TensorStatistics none;
  CHECK(none.name.empty());
  CHECK(none.size == 0);
  for (const double value :
       {none.gradient_norm, none.gradient_max, none.gradient_mean, none.zero_share,
        none.non_finite_share, none.weight_norm, none.update_norm, none.update_ratio()}) {
    CHECK(value == 0.0);
  }
  STATIC_REQUIRE(std::is_trivially_copyable_v<et::TensorStatistics>);
}

TEST_CASE("the update ratio is the update's norm divided by the weights'") {
  et::TensorStatistics tensor{.name = "w", .size = 4, .weight_norm = 8.0, .update_norm = 0.5};
  CHECK(tensor.update_ratio() == 0.0625);
  tensor.update_norm = 0.0;
  CHECK(tensor.update_ratio() == 0.0);
  tensor.weight_norm = 0.0;
  CHECK(tensor.update_ratio() == 0.0);
  tensor.update_norm = 1e-300;
  CHECK(tensor.update_ratio() == std::numeric_limits<double>::infinity());
  tensor.update_norm = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(tensor.update_ratio()));
}
