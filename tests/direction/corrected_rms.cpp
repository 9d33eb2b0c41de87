// SPDX-License-Identifier: MIT
#include "eigentrain/direction/corrected_rms.hpp"

#include <cmath>

#include "eigentrain/direction/adam.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEMPLATE_TEST_CASE("it is Adam without a first moment", "", float, double) {
  using S = TestType;
  auto update = probe<S>(et::corrected_rms_direction({.beta = 0.9, .epsilon = 1e-3}));
  auto adam = probe<S>(et::adam_direction({.beta1 = 0.0, .beta2 = 0.9, .epsilon = 1e-3}));
  for (int step = 0; step < 100; ++step) {
    const S g = et::test::noise<S>(step, 0);
    REQUIRE(update(g) == adam(g));
  }
  CHECK(std::isfinite(update(S(1e20))));
  CHECK(et::corrected_rms_direction({}).slots == 1);
}

TEST_CASE("options of the corrected mean square out of range throw") {
  CHECK_THROWS_WITH(et::corrected_rms_direction({.beta = 1.0}),
                    "corrected_rms_direction: beta must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::corrected_rms_direction({.epsilon = std::nan("")}),
                    "corrected_rms_direction: epsilon must be in (0, inf), got nan");
  CHECK(et::corrected_rms_direction({}).options().beta == 0.999);
}
