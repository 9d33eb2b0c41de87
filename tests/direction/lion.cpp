// SPDX-License-Identifier: MIT
#include "eigentrain/direction/lion.hpp"

#include <algorithm>
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
  const auto rules = et::lion_direction({.beta2 = 0.5}).at<float>({});
  CHECK(rules.use_first);
  const auto decays = [](const auto& rule) {
    Lane m(1.0f);
    for (int step = 0; step < 126; ++step) rule(Lane(0.0f), Lane(0.0f), m);
    CHECK(m[0] == std::numeric_limits<float>::min());
    CHECK(rule(Lane(0.0f), Lane(0.0f), m)[0] == 1.0f);
    CHECK(m[0] == 0.0f);
    CHECK(rule(Lane(0.0f), Lane(0.0f), m)[0] == 0.0f);
  };
  decays(rules.first);
  decays(rules.second);
}

TEST_CASE("a gradient far smaller than a mean of Lion's that weighs little keeps its sign") {
  auto last = probe<float>(et::lion_direction({.beta1 = 0.0, .beta2 = 0.9}));
  CHECK(last(-1e9f) == -1.0f);
  CHECK(last(1.0f) == 1.0f);  // 1·(1 − m) + m would be 0
  auto mean = probe<float>(et::lion_direction({.beta1 = 0.5, .beta2 = 0.0}));
  CHECK(mean(-1e9f) == -1.0f);
  CHECK(mean(1.0f) == -1.0f);
  CHECK(mean(0.0f) == 1.0f);  // m = 1
}

TEMPLATE_TEST_CASE("the two forms of Lion's means agree", "", float, double) {
  using S = TestType;
  using Lane = et::Packet<S, 1>;
  const auto rules = et::lion_direction({.beta1 = 0.6, .beta2 = 0.7}).template at<S>({});
  Lane first(S(0)), second(S(0));
  for (int step = 0; step < 200; ++step) {
    const Lane g(S(std::sin(step)) + S(0.1));
    const S larger = std::max(std::abs(first[0]), std::abs(g[0]));
    CHECK(rules.first(g, g, first)[0] == rules.second(g, g, second)[0]);
    CHECK(std::abs(first[0] - second[0]) <= S(8) * std::numeric_limits<S>::epsilon() * larger);
  }
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
