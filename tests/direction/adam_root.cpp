// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adam_root.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/lanes.hpp"

namespace et = eigentrain;
using et::test::lanes;

TEST_CASE("the constant stands inside the root, beside the corrected moment") {
  // A constant gradient of 2: m̂ = 2, v̂ = 4, so 2/(√(4 + 5) + 1) at every step.
  auto update = lanes<double>(et::adam_root_direction({.epsilon = 1.0, .epsilon_root = 5.0}));
  for (int step = 0; step < 100; ++step) REQUIRE(update(2.0) == Approx(0.5).epsilon(1e-12));
}

TEST_CASE("without the constant it is Adam's direction, bit for bit") {
  auto update = lanes<float>(et::adam_root_direction({.beta2 = 0.98, .epsilon_root = 0.0}));
  auto adam = lanes<float>(et::adam_direction({.beta2 = 0.98}));
  for (int step = 0; step < 100; ++step) {
    const float g = step % 3 == 0 ? -0.5f : 0.01f * static_cast<float>(step);
    REQUIRE(update(g) == adam(g));
  }
}

TEST_CASE("slots, options, and what is out of range") {
  CHECK(et::AdamRootDirection::slots == 2);
  CHECK(et::adam_root_direction({.epsilon_root = 0.25}).options().epsilon_root == 0.25);
  CHECK_THROWS_WITH(et::adam_root_direction({.epsilon_root = -1.0}),
                    "adam_root_direction: epsilon_root must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::adam_root_direction({.beta1 = 1.0}),
                    "adam_root_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::adam_root_direction({.epsilon = 0.0}),
                    "adam_root_direction: epsilon must be in (0, inf), got 0");
}
