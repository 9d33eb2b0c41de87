// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/elastic_net.hpp"

#include <Eigen/Core>
#include <cmath>

#include "eigentrain/gradient/l1.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

TEMPLATE_TEST_CASE("lambda (alpha sign(p) + (1 - alpha) p) is added", "", float, double) {
  using S = TestType;
  auto update = et::test::probe<S>(et::add_elastic_net({.strength = 0.5, .l1_ratio = 0.25}));
  CHECK(update(S(1), S(4)) == S(2.625));    // 1 + ½·(¼ + ¾·4)
  CHECK(update(S(1), S(-4)) == S(-0.625));  // 1 − ½·(¼ + ¾·4)
  CHECK(update(S(1), S(0)) == S(1));
}

TEST_CASE("at the ends of the ratio it is L1 or L2 alone") {
  auto l1 = et::test::probe<float>(et::add_l1(0.1));
  auto l2 = et::test::probe<float>(et::add_decay(0.1));
  auto only_l1 = et::test::probe<float>(et::add_elastic_net({.strength = 0.1, .l1_ratio = 1.0}));
  auto only_l2 = et::test::probe<float>(et::add_elastic_net({.strength = 0.1, .l1_ratio = 0.0}));
  for (const float p : {0.3f, -1.7f, 0.0f, 12.3f}) {
    CHECK(only_l1(0.7f, p) == l1(0.7f, p));
    CHECK(only_l2(0.7f, p) == l2(0.7f, p));
  }
}

TEST_CASE("the value, as glmnet writes it, and its derivative") {
  const et::ElasticNetOptions options{.strength = 0.5, .l1_ratio = 0.25};
  const Eigen::VectorXd at{{3.0, -4.0, 0.5}};
  Eigen::VectorXd p = at, g = Eigen::VectorXd::Zero(3), b = at, h = g;
  et::Parameters<double> parameters;
  parameters.add("p", p, g).add("b", b, h, {.weight_decay = false});
  CHECK(et::elastic_net_penalty(parameters, options) == 5.671875);  // ½·(¼·7.5 + ⅜·25.25)
  auto optimizer = et::chain<double>(et::add_elastic_net(options), et::descend(1.0));
  optimizer.step(parameters);
  CHECK(b == at);
  const Eigen::VectorXd update = at - p;
  for (Eigen::Index i = 0; i < 3; ++i) {
    constexpr double step = 1.0 / 1024;
    p = at;
    p[i] += step;
    const double above = et::elastic_net_penalty(parameters, options);
    p[i] -= 2 * step;
    const double below = et::elastic_net_penalty(parameters, options);
    CHECK(update[i] == Approx((above - below) / (2 * step)).epsilon(1e-9));
  }
}

TEST_CASE("the update has the same bits at every SIMD level") {
  Eigen::VectorXf p(77), g(77), expected;
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  auto optimizer =
      et::chain<float>(et::add_elastic_net({.strength = 0.1, .l1_ratio = 0.3}), et::descend(0.1));
  et::test::at_every_simd_level([&] {
    for (Eigen::Index i = 0; i < 77; ++i) {
      p[i] = et::test::noise<float>(1, i) / 3.0f;
      g[i] = et::test::noise<float>(2, i) / 7.0f;
    }
    optimizer.step(parameters);
    if (expected.size() == 0) expected = p;
    CHECK(et::test::same_bits(p, expected));
  });
}

TEST_CASE("options out of range throw") {
  Eigen::VectorXf p(1), g(1);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  const double nan = std::nan("");
  CHECK_THROWS_WITH(et::add_elastic_net({.strength = -1.0}),
                    "add_elastic_net: strength must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::add_elastic_net({.l1_ratio = 1.5}),
                    "add_elastic_net: l1_ratio must be in [0, 1], got 1.5");
  CHECK_THROWS_WITH(et::add_elastic_net({.l1_ratio = nan}),
                    "add_elastic_net: l1_ratio must be in [0, 1], got nan");
  CHECK_THROWS_WITH(et::elastic_net_penalty(parameters, {.strength = nan}),
                    "elastic_net_penalty: strength must be in [0, inf), got nan");
  CHECK(et::add_elastic_net({}).options().strength == 1e-4);
}
