// SPDX-License-Identifier: MIT
#include "eigentrain/direction/momentum.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::probe;

TEMPLATE_TEST_CASE("the first buffer is the gradient, dampening or not", "", float, double) {
  using S = TestType;
  auto plain = probe<S>(et::momentum({.momentum = 0.5}));
  CHECK(plain(S(2)) == S(2));
  CHECK(plain(S(4)) == S(5));    // ½·2 + 4
  CHECK(plain(S(0)) == S(2.5));  // ½·5
  auto damped = probe<S>(et::momentum({.momentum = 0.5, .dampening = 0.75}));
  CHECK(damped(S(2)) == S(2));  // not ¼·2
  CHECK(damped(S(4)) == S(2));  // ½·2 + ¼·4
  CHECK(damped(S(-4)) == S(0));
  auto all = probe<S>(et::momentum({.momentum = 0.5, .dampening = 1.0}));
  CHECK(all(S(8)) == S(8));
  CHECK(all(S(99)) == S(4));  // gradients after the first count for nothing
}

TEMPLATE_TEST_CASE("nesterov looks ahead by one more gradient", "", float, double) {
  using S = TestType;
  auto update = probe<S>(et::momentum({.momentum = 0.5, .nesterov = true}));
  CHECK(update(S(2)) == S(3));     // b = 2, 2 + ½·2
  CHECK(update(S(4)) == S(6.5));   // b = 5, 4 + ½·5
  CHECK(update(S(0)) == S(1.25));  // b = 2.5
}

TEST_CASE("without momentum nothing is kept") {
  auto update = probe<double>(et::momentum({.momentum = 0.0, .dampening = 0.5}));
  CHECK(update(2.0) == 2.0);
  CHECK(update(4.0) == 4.0);
  CHECK(et::momentum({.momentum = 0.0}).slots() == 0);
  CHECK(et::momentum({.momentum = 0.1}).slots() == 1);
  CHECK(et::momentum({.momentum = 0.25}).options().momentum == 0.25);
}

TEMPLATE_TEST_CASE("a buffer without gradients decays to an exact zero, past no subnormal", "",
                   float, double) {
  using S = TestType;
  for (const bool nesterov : {false, true}) {
    auto update = probe<S>(et::momentum({.momentum = 0.9, .nesterov = nesterov}));
    update(S(1e-3));
    int zeros = 0;
    for (int step = 0; step < 8000; ++step) {
      const S u = update(S(0));
      if (u == S(0)) {
        ++zeros;
      } else {
        REQUIRE(zeros == 0);
        // Nesterov's μ·b of the last normal buffer may itself lie just below.
        REQUIRE(std::abs(u) >= S(0.9) * std::numeric_limits<S>::min());
      }
    }
    CHECK(zeros > 500);
  }
}

TEST_CASE("options out of range throw") {
  CHECK_THROWS_WITH(et::momentum({.momentum = 1.0}), "momentum: momentum must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::momentum({.momentum = -0.1}),
                    "momentum: momentum must be in [0, 1), got -0.1");
  CHECK_THROWS_WITH(et::momentum({.momentum = std::nan("")}),
                    "momentum: momentum must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::momentum({.dampening = -0.5}),
                    "momentum: dampening must be in [0, 1], got -0.5");
  CHECK_THROWS_WITH(et::momentum({.dampening = 1.5}),
                    "momentum: dampening must be in [0, 1], got 1.5");
  CHECK_THROWS_WITH(et::momentum({.dampening = std::nan("")}),
                    "momentum: dampening must be in [0, 1], got nan");
  CHECK_THROWS_WITH(et::momentum({.momentum = 0.0, .nesterov = true}),
                    "momentum: nesterov needs momentum > 0 and dampening 0, got momentum 0 and "
                    "dampening 0");
  CHECK_THROWS_WITH(et::momentum({.momentum = 0.9, .dampening = 0.1, .nesterov = true}),
                    "momentum: nesterov needs momentum > 0 and dampening 0, got momentum 0.9 and "
                    "dampening 0.1");
}

TEST_CASE("with the rate in front of it, the buffer holds the rate, as in Keras") {
  const auto rate = [](std::int64_t step) { return step == 0 ? 1.0 : 0.0; };
  Eigen::Matrix<double, 1, 1> p(0.0), g(1.0);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto keras = et::chain<double>(et::descend(rate), et::momentum({.momentum = 0.5}));
  for (const double expected : {-1.0, -1.5, -1.75}) {  // it rolls on though the rate is zero
    keras.step(parameters);
    CHECK(p[0] == expected);
  }
}
