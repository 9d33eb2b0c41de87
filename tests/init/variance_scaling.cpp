// SPDX-License-Identifier: MIT
#include "eigentrain/init/variance_scaling.hpp"

#include "eigentrain/init/he.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

TEST_CASE("He's weights are a case of variance scaling", "[variance_scaling]") {
  Eigen::MatrixXf W(30, 50), wanted(30, 50);
  et::Generator first(42), second(42);
  et::he_normal(W, first, {.fan = et::Fan::out});
  et::variance_scaling(wanted, second, {.scale = 2, .fan = et::Fan::out});
  CHECK(W.isApprox(wanted, 1e-6f));
}
