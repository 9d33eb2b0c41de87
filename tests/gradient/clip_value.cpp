// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/clip_value.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "eigentrain/schedule/descend.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

TEMPLATE_TEST_CASE("every value is limited on its own", "", float, double) {
  using S = TestType;
  using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
  const S infinity = std::numeric_limits<S>::infinity();
  const Vector given{{S(0.25), S(-0.25), S(0.5), S(-0.5), S(3), S(-3), S(0), infinity, -infinity}};
  const Vector wanted{{S(0.25), S(-0.25), S(0.5), S(-0.5), S(0.5), S(-0.5), S(0), S(0.5), S(-0.5)}};
  Vector p = Vector::Zero(given.size()), g = given;
  et::Parameters<S> parameters;
  parameters.add("p", p, g);
  SECTION("in place") {
    et::clip_gradient_value(parameters, S(0.5));
    CHECK(et::test::same_bits(g, wanted));
    CHECK(p.isZero(0));
  }
  SECTION("in a chain, where the gradients stay as they are") {
    auto optimizer = et::chain<S>(et::clip_by_value(0.5), et::descend(1.0));
    et::test::at_every_simd_level([&] {
      p.setZero();
      optimizer.step(parameters);
      CHECK((p + wanted).isZero(0));
      CHECK(et::test::same_bits(g, given));
    });
  }
  SECTION("an infinite limit changes nothing") {
    et::clip_gradient_value(parameters, infinity);
    CHECK(et::test::same_bits(g, given));
  }
}

TEST_CASE("NaN stays NaN") {
  Eigen::VectorXf p(21), g = Eigen::VectorXf::Constant(21, 2.0f);
  g[0] = g[20] = std::numeric_limits<float>::quiet_NaN();
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  et::test::at_every_simd_level([&] { et::clip_gradient_value(parameters, 1.0f); });
  CHECK(std::isnan(g[0]));
  CHECK(std::isnan(g[20]));
  CHECK(g.segment(1, 19) == Eigen::VectorXf::Ones(19));
}

TEST_CASE("a limit that is not in (0, inf] throws, and a const gradient does") {
  Eigen::VectorXf p(2), g = Eigen::VectorXf::Ones(2);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(et::clip_by_value(0.0), "clip_by_value: limit must be in (0, inf], got 0");
  CHECK_THROWS_WITH(et::clip_by_value(-0.5), "clip_by_value: limit must be in (0, inf], got -0.5");
  CHECK_THROWS_WITH(et::clip_by_value(std::nan("")),
                    "clip_by_value: limit must be in (0, inf], got nan");
  CHECK_THROWS_WITH(et::clip_gradient_value(parameters, 0.0f),
                    "clip_gradient_value: limit must be in (0, inf], got 0");
  CHECK_THROWS_WITH(et::clip_gradient_value(parameters, nan),
                    "clip_gradient_value: limit must be in (0, inf], got nan");
  CHECK(et::clip_by_value(0.5).high() == 0.5);

  Eigen::VectorXf q(2);
  const Eigen::VectorXf h = Eigen::VectorXf::Ones(2);
  parameters.add("q", q, h);
  CHECK_THROWS_WITH(et::clip_gradient_value(parameters, 0.5f),
                    "clip_gradient_value: the gradient of q was added as const");
  CHECK(g == Eigen::VectorXf::Ones(2));
}

TEST_CASE("frozen gradients are left alone") {
  Eigen::VectorXf p(2), g = Eigen::VectorXf::Ones(2);
  et::Parameters<float> parameters;
  parameters.add("p", p, g, {.frozen = true});
  et::clip_gradient_value(parameters, 0.5f);
  CHECK(g == Eigen::VectorXf::Ones(2));
}
