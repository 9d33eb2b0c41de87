// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adadelta.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/lanes.hpp"

namespace et = eigentrain;
using et::test::lanes;

TEMPLATE_TEST_CASE("the first steps, by hand", "", float, double) {
  using S = TestType;
  const double epsilon = 8.0 * std::numeric_limits<S>::epsilon();
  auto update = lanes<S>(et::adadelta_direction({.rho = 0.75, .epsilon = 0.25}));
  // v = ¼·4 = 1, u = √¼/√(1 + ¼)·2, d = ¼u².
  const double u1 = 0.5 / std::sqrt(1.25) * 2.0, d1 = 0.25 * u1 * u1;
  CHECK(update(S(2)) == Approx(u1).epsilon(epsilon));
  // v = ¾·1 + ¼·4.
  const double u2 = -2.0 * std::sqrt(d1 + 0.25) / std::sqrt(0.75 + 1.0 + 0.25);
  CHECK(update(S(-2)) == Approx(u2).epsilon(epsilon));
  CHECK(update.state(0) == Approx(1.75).epsilon(epsilon));
  CHECK(update.state(1) == Approx(0.75 * d1 + 0.25 * u2 * u2).epsilon(epsilon));
}

TEST_CASE("with default options the first step is √ε/√((1 − ρ)g² + ε)·g") {
  auto update = lanes<double>(et::adadelta_direction({}));
  CHECK(update(1.0) == Approx(1e-3 / std::sqrt(0.100001)).epsilon(1e-13));
}

TEST_CASE("steps have the parameter's unit: a gradient a thousand times larger takes the same") {
  auto one = lanes<double>(et::adadelta_direction({.epsilon = 1e-12}));
  auto other = lanes<double>(et::adadelta_direction({.epsilon = 1e-12}));
  for (int t = 0; t < 100; ++t) {
    const double g = t % 3 == 0 ? -1.0 : 2.0;
    REQUIRE(one(1000.0 * g) == Approx(other(1e6 * g)).epsilon(1e-6));
  }
}

TEST_CASE("large gradients lose no digits in float") {
  auto update = lanes<float>(et::adadelta_direction({}));
  CHECK(update(1e18f) == Approx(1e-3 * std::sqrt(10.0)).epsilon(1e-6));
}

TEMPLATE_TEST_CASE("means without gradients decay to exact zeros, past no subnormal", "", float,
                   double) {
  using S = TestType;
  auto update = lanes<S>(et::adadelta_direction({}));
  update(S(1e-3));
  for (int t = 0; t < 8000; ++t) {
    REQUIRE(update(S(0)) == S(0));
    for (const int slot : {0, 1}) {
      REQUIRE((update.state(slot) == S(0) || update.state(slot) >= std::numeric_limits<S>::min()));
    }
  }
  CHECK(update.state(0) == S(0));
  CHECK(update.state(1) == S(0));
}

TEST_CASE("slots and options") {
  CHECK(et::AdaDeltaDirection::slots == 2);
  CHECK(et::adadelta_direction({.rho = 0.25}).options().rho == 0.25);
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::adadelta_direction({.rho = 1.0}),
                    "adadelta_direction: rho must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::adadelta_direction({.rho = std::nan("")}),
                    "adadelta_direction: rho must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::adadelta_direction({.epsilon = 0.0}),
                    "adadelta_direction: epsilon must be in (0, inf), got 0");
}
