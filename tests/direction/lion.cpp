// SPDX-License-Identifier: MIT
#include "eigentrain/direction/lion.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEMPLATE_TEST_CASE("the sign is taken of the old mean and the gradient", "", float, double) {
  using S = TestType;
  auto update = probe<S>(et::lion_direction({.beta1 = 0.5, .beta2 = 0.75}));
  CHECK(update(S(4)) == S(1));   // m was 0; m = 1
  CHECK(update(S(-1)) == S(0));  // ½·1 − ½·1; with the new mean, ½, it would be −1; m = ½
  CHECK(update(S(0)) == S(1));   // m = 3/8
  CHECK(update(S(-0.5)) == S(-1));
  CHECK(std::isnan(update(std::numeric_limits<S>::quiet_NaN())));
}

TEST_CASE("a mean of Lion's without gradients decays to zero, past no subnormal") {
  using Lane = et::Packet<float, 1>;
  const auto rule = et::lion_direction({.beta2 = 0.5}).at<float>({});
  Lane m(1.0f);
  for (int step = 0; step < 126; ++step) rule(Lane(0.0f), Lane(0.0f), m);
  CHECK(m[0] == std::numeric_limits<float>::min());
  CHECK(rule(Lane(0.0f), Lane(0.0f), m)[0] == 1.0f);
  CHECK(m[0] == 0.0f);
  CHECK(rule(Lane(0.0f), Lane(0.0f), m)[0] == 0.0f);
}

TEST_CASE("options of Lion out of range throw") {
  CHECK_THROWS_WITH(et::lion_direction({.beta1 = 1.0}),
                    "lion_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::lion_direction({.beta2 = -0.5}),
                    "lion_direction: beta2 must be in [0, 1), got -0.5");
  CHECK_THROWS_WITH(et::lion_direction({.beta2 = std::nan("")}),
                    "lion_direction: beta2 must be in [0, 1), got nan");
  CHECK(et::lion_direction({}).options().beta2 == 0.99);
}
