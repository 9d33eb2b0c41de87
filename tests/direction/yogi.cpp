// SPDX-License-Identifier: MIT
#include "eigentrain/direction/yogi.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEST_CASE("the second moment moves by a part of the square, up or down") {
  auto update = probe<double>(et::yogi_direction(
      {.beta1 = 0.0, .beta2 = 0.75, .epsilon = 1.0, .initial = 4.0, .bias_correction = false}));
  CHECK(update(4.0) == Approx(4.0 / (std::sqrt(8.0) + 1.0)).epsilon(1e-15));  // 4 + ¼·16
  CHECK(update(2.0) == Approx(2.0 / (std::sqrt(7.0) + 1.0)).epsilon(1e-15));  // 8 − ¼·4
  CHECK(update(0.0) == 0.0);  // an average of squares would have fallen to 5.25
  CHECK(update(2.0) == Approx(2.0 / (std::sqrt(6.0) + 1.0)).epsilon(1e-15));
}

TEST_CASE("a square that is met exactly changes nothing") {
  auto update = probe<float>(
      et::yogi_direction({.beta1 = 0.0, .epsilon = 1.0, .initial = 4.0, .bias_correction = false}));
  for (int step = 0; step < 50; ++step) CHECK(update(2.0f) == 2.0f / 3.0f);
}

TEST_CASE("corrections are Adam's, and the start counts among what is corrected") {
  auto update = probe<double>(et::yogi_direction({}));
  const double v = 1e-6 + 0.001 * 0.25;
  CHECK(update(0.5) == Approx(0.5 / (std::sqrt(v / 0.001) + 1e-3)).epsilon(1e-12));
}

TEST_CASE("squares beyond the range of float keep the right sign") {
  auto update = probe<float>(et::yogi_direction({}));
  CHECK(update(1e20f) == Approx(1.0f).epsilon(1e-5));
  CHECK(update(0.0f) > 0.0f);
}

TEST_CASE("options of Yogi out of range throw") {
  CHECK_THROWS_WITH(et::yogi_direction({.beta1 = 1.0}),
                    "yogi_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::yogi_direction({.beta2 = -1.0}),
                    "yogi_direction: beta2 must be in [0, 1), got -1");
  CHECK_THROWS_WITH(et::yogi_direction({.epsilon = std::nan("")}),
                    "yogi_direction: epsilon must be in (0, inf), got nan");
  CHECK_THROWS_WITH(et::yogi_direction({.initial = -1e-6}),
                    "yogi_direction: initial must be in [0, inf), got -1e-06");
  CHECK(et::yogi_direction({}).options().epsilon == 1e-3);
}
