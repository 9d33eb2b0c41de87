// SPDX-License-Identifier: MIT
#include "eigentrain/direction/sign.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEMPLATE_TEST_CASE("without momentum only the sign of the gradient counts", "", float, double) {
  using S = TestType;
  auto update = probe<S>(et::sign_direction({.momentum = 0.0}));
  CHECK(update(S(1e-30)) == S(1));
  CHECK(update(S(-1e30)) == S(-1));
  CHECK(update(S(0)) == S(0));
  CHECK(update(S(-0.0)) == S(0));
  CHECK(std::isnan(update(std::numeric_limits<S>::quiet_NaN())));
  CHECK(update(S(3)) == S(1));  // nothing was kept
  CHECK(et::sign_direction({.momentum = 0.0}).slots() == 0);
  CHECK(et::sign_direction({}).slots() == 1);
  CHECK(et::sign_direction({}).options().momentum == 0.9);
}

TEST_CASE("with momentum the mean must turn before the sign does") {
  auto update = probe<float>(et::sign_direction({.momentum = 0.75}));
  CHECK(update(4.0f) == 1.0f);    // m = 1
  CHECK(update(-2.0f) == 1.0f);   // m = ¾ − ½
  CHECK(update(-0.75f) == 0.0f);  // m = 3/16 − 3/16
  CHECK(update(-0.1f) == -1.0f);
}

TEST_CASE("a mean without gradients decays to zero, and its element rests") {
  auto update = probe<float>(et::sign_direction({.momentum = 0.5}));
  update(1e-3f);
  int moved = 0;
  for (int step = 0; step < 200; ++step) moved += update(0.0f) == 1.0f;
  CHECK(moved == 115);  // 2⁻¹¹ at first, flushed below 2⁻¹²⁶
}

TEST_CASE("options of Signum out of range throw") {
  CHECK_THROWS_WITH(et::sign_direction({.momentum = 1.0}),
                    "sign_direction: momentum must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::sign_direction({.momentum = -0.5}),
                    "sign_direction: momentum must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(et::sign_direction({.momentum = std::nan("")}),
                    "sign_direction: momentum must be in [0, 1), got nan");
}
