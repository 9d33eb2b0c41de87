// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/layerwise_decay.hpp"

#include <cmath>

#include "eigentrain/schedule/descend.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

int depth(std::string_view name) {
  return name == "other" ? -1 : name[0] - '0';
}

}  // namespace

TEST_CASE("the last layer has the whole rate, and each one before it a share of the next") {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(2), g = Eigen::VectorXd::Ones(2), q = p, r = p, o = p,
                  s = p;
  et::Parameters<double> parameters;
  parameters.add("0.embedding", p, g, {.weight_decay = false}).add("2.weight", q, g);
  parameters.add("3.weight", r, g).add("other", o, g, {.learning_rate_scale = 7.0});
  parameters.add("3.bias", s, g);
  CHECK(et::layerwise_decay(parameters, 0.5, depth) == 3);
  CHECK(parameters.options(0).learning_rate_scale == 0.125);
  CHECK_FALSE(parameters.options(0).weight_decay);
  CHECK(parameters.options(1).learning_rate_scale == 0.5);
  auto optimizer = et::chain<double>(et::descend(2.0));
  optimizer.step(parameters);
  CHECK(p[0] == -0.25);
  CHECK(q[0] == -1.0);
  CHECK(r[0] == -2.0);
  CHECK(o[0] == -14.0);
  CHECK(s[0] == -2.0);
  CHECK(et::layerwise_decay(parameters, 1.0, depth) == 3);  // set, not multiplied
  CHECK(parameters.options(0).learning_rate_scale == 1.0);
}

TEST_CASE("a decay outside (0, 1] throws") {
  Eigen::VectorXd p(2), g(2);
  et::Parameters<double> parameters;
  parameters.add("0", p, g, {.learning_rate_scale = 3.0});
  for (const double decay : {0.0, -0.5, 1.5, std::nan("")}) {
    CHECK_THROWS_AS(et::layerwise_decay(parameters, decay, depth), std::invalid_argument);
  }
  CHECK_THROWS_WITH(et::layerwise_decay(parameters, 0.0, depth),
                    "layerwise_decay: decay must be in (0, 1], got 0");
  CHECK(parameters.options(0).learning_rate_scale == 3.0);
}
