// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adabelief.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEST_CASE("the first steps of AdaBelief, by hand") {
  // β₁ = ½, β₂ = ¾, ε = ¼: for gradients 4, −2, 0 the means are 2, 0, 0, the surprises 2, −2, 0.
  auto update =
      probe<double>(et::adabelief_direction({.beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.25}));
  const double s1 = 0.25 * 4.0 + 0.25;  // ε goes into the state
  CHECK(update(4.0) == Approx(4.0 / (std::sqrt(s1 / 0.25) + 0.25)).epsilon(1e-14));
  CHECK(update(-2.0) == 0.0);
  const double s3 = 0.75 * (0.75 * s1 + 0.25 * 4.0 + 0.25) + 0.25 * 1.0 + 0.25;
  CHECK(update(2.0) ==
        Approx((1.0 / 0.875) / (std::sqrt(s3 / (1.0 - 0.421875)) + 0.25)).epsilon(1e-14));
}

TEMPLATE_TEST_CASE("a gradient that is believed makes steps longer than Adam's", "", float,
                   double) {
  using S = TestType;
  auto update = probe<S>(et::adabelief_direction({.epsilon = 1e-8}));
  S last = update(S(1));
  CHECK(last == Approx(1.0 / 0.9).epsilon(1e-3));  // the surprise is .9 at first
  for (int step = 0; step < 100; ++step) last = update(S(1));
  CHECK(last > S(1.5));
  CHECK(std::isfinite(update(S(1e20))));  // a square would overflow in float
}

TEST_CASE("rectified, the first steps are the mean's, as in RAdam") {
  const et::AdaBeliefDirectionOptions options{.rectify = true};
  auto update = probe<double>(et::adabelief_direction(options));
  // ρ∞ = 1999; ρ₁ … ρ₅ are below 5, ρ₆ = 5.99 isn't, so that the sixth step is rectified.
  for (int step = 1; step <= 5; ++step) CHECK(update(3.0) == Approx(3.0).epsilon(1e-14));
  const double sixth = update(3.0);
  CHECK(sixth < 0.1);
  CHECK(sixth > 0.01);
  // And in the end nothing is left of it.
  const auto late = et::adabelief_direction(options).at<double>({.count = 1 << 20});
  const auto plain = et::adabelief_direction({}).at<double>({.count = 1 << 20});
  using Lane = et::Packet<double, 1>;
  Lane m(1.0), s(4.0), n(1.0), t(4.0);
  CHECK(late(Lane(1.0), Lane(0.0), m, s)[0] ==
        Approx(plain(Lane(1.0), Lane(0.0), n, t)[0]).epsilon(1e-9));
}

TEST_CASE("options of AdaBelief out of range throw") {
  CHECK_THROWS_WITH(et::adabelief_direction({.beta1 = 1.0}),
                    "adabelief_direction: beta1 must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::adabelief_direction({.beta2 = std::nan("")}),
                    "adabelief_direction: beta2 must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::adabelief_direction({.epsilon = 0.0}),
                    "adabelief_direction: epsilon must be in (0, inf), got 0");
  CHECK(et::adabelief_direction({}).options().epsilon == 1e-16);
}
