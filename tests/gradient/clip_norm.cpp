// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/clip_norm.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::at_every_simd_level;
using et::test::noise;
using et::test::same_bits;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Two tensors with gradients (3, 4, 0) and (12, 0), norm 13.
template <class S>
struct Two {
  Vector<S> p1 = Vector<S>::Zero(3), g1{{S(3), S(4), S(0)}};
  Vector<S> p2 = Vector<S>::Zero(2), g2{{S(12), S(0)}};
  et::Parameters<S> parameters;
  explicit Two(et::ParameterOptions second = {}) {
    parameters.add("one", p1, g1).add("two", p2, g2, second);
  }
};

}  // namespace

TEMPLATE_TEST_CASE("one factor for all gradients: max / (norm + 1e-6)", "", float, double) {
  Two<TestType> two;
  const auto factor = static_cast<TestType>(6.5 / (13.0 + 1e-6));
  SECTION("in place") {
    CHECK(et::clip_gradient_norm(two.parameters, TestType(6.5)) == TestType(13));
    CHECK(two.g1[0] == factor * TestType(3));
    CHECK(two.g1[1] == factor * TestType(4));
    CHECK(two.g1[2] == TestType(0));
    CHECK(two.g2[0] == factor * TestType(12));
    CHECK(two.p1.isZero(0));
  }
  SECTION("in a chain, where the gradients stay as they are") {
    auto optimizer = et::chain<TestType>(et::clip_by_global_norm(6.5), et::descend(1.0));
    optimizer.step(two.parameters);
    CHECK(two.p1[0] == -(factor * TestType(3)));
    CHECK(two.p1[1] == -(factor * TestType(4)));
    CHECK(two.p2[0] == -(factor * TestType(12)));
    CHECK(two.g1[0] == TestType(3));
    CHECK(two.g2[0] == TestType(12));
    CHECK(optimizer.template measured<et::ClipByGlobalNorm>().norm == 13.0);
    CHECK(optimizer.template measured<et::ClipByGlobalNorm>().factor == 6.5 / (13.0 + 1e-6));
  }
}

TEMPLATE_TEST_CASE("a norm below the limit changes no bit", "", float, double) {
  Two<TestType> two;
  for (const TestType limit : {TestType(13.0001), std::numeric_limits<TestType>::infinity()}) {
    CHECK(et::clip_gradient_norm(two.parameters, limit) == TestType(13));
    CHECK(two.g1[0] == TestType(3));
    CHECK(two.g2[0] == TestType(12));
  }
  auto optimizer = et::chain<TestType>(et::clip_by_global_norm(infinity), et::descend(1.0));
  optimizer.step(two.parameters);
  CHECK(two.p1[1] == TestType(-4));
  CHECK(optimizer.template measured<et::ClipByGlobalNorm>().norm == 13.0);
  CHECK(optimizer.template measured<et::ClipByGlobalNorm>().factor == 1.0);
}

TEST_CASE("gradients of any size come down to the limit") {
  const auto clipped = []<class S>(S value) {
    Vector<S> p = Vector<S>::Zero(50), g = Vector<S>::Constant(50, value);
    et::Parameters<S> parameters;
    parameters.add("p", p, g);
    et::clip_gradient_norm(parameters, S(1));
    return g.template cast<double>().stableNorm();
  };
  CHECK(clipped(1e30f) == Approx(1.0).epsilon(1e-6));
  CHECK(clipped(3e38f) == Approx(1.0).epsilon(1e-5));  // the factor is subnormal
  CHECK(clipped(1e19f) == Approx(1.0).epsilon(1e-6));
  CHECK(clipped(10.0f) == Approx(1.0).epsilon(1e-6));
  CHECK(clipped(1e200) == Approx(1.0).epsilon(1e-12));
  CHECK(clipped(1e-30f) == Approx(std::sqrt(50.0) * 1e-30).epsilon(1e-6));
  CHECK(clipped(1e-200) == Approx(std::sqrt(50.0) * 1e-200).epsilon(1e-12));
}

TEST_CASE("the limit is compared with the Frobenius norm, not with the spectral one") {
  Eigen::MatrixXd p(2, 2), g(2, 2);
  g << 3.0, 0.0, 0.0, 4.0;  // spectral norm 4, Frobenius norm 5
  et::Parameters<double> parameters;
  parameters.add("diagonal", p, g);
  CHECK(et::clip_gradient_norm(parameters, 4.5) == 5.0);
  CHECK(g.norm() == Approx(4.5).epsilon(1e-6));
}

TEST_CASE("a limit that is not in (0, inf] throws") {
  Two<float> two;
  const auto in_place = [&](float limit) { et::clip_gradient_norm(two.parameters, limit); };
  CHECK_THROWS_WITH(et::clip_by_global_norm(0.0),
                    "clip_by_global_norm: max_norm must be in (0, inf], got 0");
  CHECK_THROWS_WITH(et::clip_by_global_norm(-1.5),
                    "clip_by_global_norm: max_norm must be in (0, inf], got -1.5");
  CHECK_THROWS_WITH(et::clip_by_global_norm(not_a_number),
                    "clip_by_global_norm: max_norm must be in (0, inf], got nan");
  CHECK_THROWS_WITH(in_place(0.0f), "clip_gradient_norm: max_norm must be in (0, inf], got 0");
  CHECK_THROWS_WITH(in_place(-2.0f), "clip_gradient_norm: max_norm must be in (0, inf], got -2");
  CHECK_THROWS_WITH(in_place(static_cast<float>(not_a_number)),
                    "clip_gradient_norm: max_norm must be in (0, inf], got nan");
  CHECK_THROWS_AS(in_place(0.0f), std::invalid_argument);
  CHECK(two.g1[0] == 3.0f);
  CHECK(et::clip_by_global_norm(2.5).max_norm() == 2.5);
}

TEMPLATE_TEST_CASE("values that are not finite throw, named, with nothing changed", "", float,
                   double) {
  for (const double bad : {not_a_number, infinity, -infinity}) {
    Two<TestType> two;
    auto optimizer = et::chain<TestType>(et::clip_by_global_norm(1.0), et::descend(1.0));
    optimizer.step(two.parameters);
    const Vector<TestType> p1 = two.p1, g1 = two.g1;
    two.g2[1] = static_cast<TestType>(bad);
    CAPTURE(bad);
    CHECK_THROWS_WITH(optimizer.step(two.parameters),
                      "clip_by_global_norm: the gradient of two has values that are not finite; "
                      "nothing was changed");
    CHECK_THROWS_WITH(et::clip_gradient_norm(two.parameters, TestType(1)),
                      "clip_gradient_norm: the gradient of two has values that are not finite; "
                      "nothing was changed");
    CHECK(same_bits(two.p1, p1));
    CHECK(same_bits(two.g1, g1));
    CHECK(two.g2[0] == TestType(12));
    CHECK(optimizer.count() == 1);
    CHECK(optimizer.template measured<et::ClipByGlobalNorm>().norm == 13.0);
  }
}

TEST_CASE("a step that fails after the measuring leaves what was measured before") {
  Two<float> two;
  double rate = 1.0;
  auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0),
                                    et::descend([&rate](std::int64_t) { return rate; }));
  optimizer.step(two.parameters);
  two.g2[0] = 0.0f;
  rate = -1.0;
  CHECK_THROWS_AS(optimizer.step(two.parameters), std::invalid_argument);
  CHECK(optimizer.measured<et::ClipByGlobalNorm>().norm == 13.0);
  rate = 1.0;
  optimizer.step(two.parameters);
  CHECK(optimizer.measured<et::ClipByGlobalNorm>().norm == 5.0);
}

TEST_CASE("a gradient that was added as const can be measured but not clipped in place") {
  Two<float> two;
  Eigen::VectorXf p3(1);
  const Eigen::VectorXf g3 = Eigen::VectorXf::Constant(1, 84.0f);
  two.parameters.add("three", p3, g3);
  CHECK_THROWS_WITH(et::clip_gradient_norm(two.parameters, 1.0f),
                    "clip_gradient_norm: the gradient of three was added as const");
  CHECK(two.g1[0] == 3.0f);
  CHECK(g3[0] == 84.0f);
  auto optimizer = et::chain<float>(et::clip_by_global_norm(infinity), et::descend(0.0));
  optimizer.step(two.parameters);
  CHECK(optimizer.measured<et::ClipByGlobalNorm>().norm == 85.0);
}

TEST_CASE("frozen tensors count neither in the norm nor in the clipping") {
  Two<float> two({.frozen = true});
  CHECK(et::clip_gradient_norm(two.parameters, 1.0f) == 5.0f);
  CHECK(two.g2[0] == 12.0f);
  CHECK(two.g1[0] == static_cast<float>(1.0 / (5.0 + 1e-6)) * 3.0f);
  two.g2[0] = static_cast<float>(not_a_number);  // nobody's business while it is frozen
  CHECK_NOTHROW(et::clip_gradient_norm(two.parameters, 1.0f));
}

TEST_CASE("what is measured is what arrives: decay in front of the clipping counts") {
  Eigen::VectorXd p(2), g(2);
  p << 10.0, 20.0;
  g << 2.0, 2.0;
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto optimizer =
      et::chain<double>(et::add_decay(0.1), et::clip_by_global_norm(infinity), et::descend(1.0));
  optimizer.step(parameters);
  CHECK(optimizer.measured<et::ClipByGlobalNorm>().norm == Approx(5.0).epsilon(1e-15));
  CHECK(p[0] == Approx(7.0).epsilon(1e-15));
}

TEMPLATE_TEST_CASE("the clipped bits are the same in a chain, in place, cut up and at every level",
                   "", float, double) {
  constexpr Eigen::Index n = 1003;
  Vector<TestType> g(n);
  for (Eigen::Index i = 0; i < n; ++i) g[i] = noise<TestType>(3, i);
  Vector<TestType> expected = g, p = Vector<TestType>::Zero(n);
  et::Parameters<TestType> parameters;
  parameters.add("p", p, expected);
  et::clip_gradient_norm(parameters, TestType(0.7));
  at_every_simd_level([&] {
    for (const Eigen::Index cut : {Eigen::Index(0), Eigen::Index(1), Eigen::Index(517)}) {
      Vector<TestType> q = Vector<TestType>::Zero(n), h = g;
      et::Parameters<TestType> pieces;
      pieces.add("a", q.head(cut), h.head(cut)).add("b", q.tail(n - cut), h.tail(n - cut));
      auto optimizer = et::chain<TestType>(
          et::clip_by_global_norm(static_cast<double>(TestType(0.7))), et::descend(1.0));
      optimizer.step(pieces);
      CHECK(same_bits((-q).eval(), expected));
      CHECK(same_bits(h, g));
      et::clip_gradient_norm(pieces, TestType(0.7));
      CHECK(same_bits(h, expected));
    }
  });
}
