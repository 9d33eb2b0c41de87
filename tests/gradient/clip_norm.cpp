// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/clip_norm.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "golden/clip_norm.hpp"
#include "support/allocations.hpp"
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
  explicit Two(const et::ParameterOptions& second = {}) {
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

namespace {

constexpr double orders[] = {1.0, 2.0, 3.0, 3.5, 17.0, infinity};

/// The norm in long double, in units of the largest.
template <class S>
double norm_by_hand(const std::vector<S>& values, double order) {
  long double largest = 0;
  for (const S value : values)
    largest = std::max(largest, std::abs(static_cast<long double>(value)));
  if (largest == 0 || order == infinity) return static_cast<double>(largest);
  long double sum = 0;
  for (const S value : values) {
    sum += std::pow(std::abs(static_cast<long double>(value)) / largest,
                    static_cast<long double>(order));
  }
  return static_cast<double>(largest * std::pow(sum, 1 / static_cast<long double>(order)));
}

}  // namespace

TEMPLATE_TEST_CASE("norms of any order as in PyTorch", "", float, double) {
  using S = TestType;
  namespace golden = golden::clip_norm;
  // PyTorch's double against ours; in float, the factor and the product are rounded.
  const double allowed = sizeof(S) == 8 ? 4e-15 : 2e-7;
  for (const golden::Case& run : golden::cases) {
    Vector<S> p1 = Vector<S>::Zero(golden::first), g1 = p1;
    Vector<S> p2 = Vector<S>::Zero(golden::second), g2 = p2;
    for (int i = 0; i < golden::count; ++i) {
      (i < golden::first ? g1[i] : g2[i - golden::first]) = static_cast<S>(golden::gradient[i]);
    }
    et::Parameters<S> parameters;
    parameters.add("first", p1, g1).add("second", p2, g2);
    CAPTURE(run.order, run.max_norm);
    auto optimizer =
        et::chain<S>(et::clip_by_global_norm(run.max_norm, {.order = run.order}), et::descend(1.0));
    optimizer.step(parameters);
    const auto& measured = optimizer.template measured<et::ClipByGlobalNorm>();
    CHECK(measured.norm == Approx(run.norm).epsilon(4e-15).margin(0));
    CHECK(measured.clipped == (run.norm > run.max_norm));
    const S norm =
        et::clip_gradient_norm(parameters, static_cast<S>(run.max_norm), {.order = run.order});
    CHECK(norm == static_cast<S>(measured.norm));
    CHECK(same_bits((-p1).eval(), g1));
    CHECK(same_bits((-p2).eval(), g2));
    for (int i = 0; i < golden::count; ++i) {
      const S value = i < golden::first ? g1[i] : g2[i - golden::first];
      CHECK(static_cast<double>(value) == Approx(run.clipped[i]).epsilon(allowed).margin(0));
    }
  }
}

TEMPLATE_TEST_CASE("every order is one factor for all, the direction is kept", "", float, double) {
  using S = TestType;
  for (const double order : orders) {
    std::vector<S> values;
    Vector<S> p = Vector<S>::Zero(517), g(517);
    for (et::Index i = 0; i < g.size(); ++i) values.push_back(g[i] = noise<S>(5, i));
    const double norm = norm_by_hand(values, order), limit = 0.375 * norm;
    et::Parameters<S> parameters;
    parameters.add("a", p.head(300), g.head(300)).add("b", p.tail(217), g.tail(217));
    auto optimizer =
        et::chain<S>(et::clip_by_global_norm(limit, {.order = order}), et::descend(1.0));
    optimizer.step(parameters);
    const auto& measured = optimizer.template measured<et::ClipByGlobalNorm>();
    CAPTURE(order);
    CHECK(measured.norm == Approx(norm).epsilon(1e-13).margin(0));
    CHECK(measured.factor == Approx(limit / (norm + 1e-6)).epsilon(1e-13).margin(0));
    const auto factor = static_cast<S>(measured.factor);
    CHECK(same_bits((-p).eval(), (factor * g).eval()));
    std::vector<S> clipped(p.data(), p.data() + p.size());
    CHECK(norm_by_hand(clipped, order) == Approx(limit).epsilon(1e-5));
  }
}

TEMPLATE_TEST_CASE("no order overflows or underflows", "", float, double) {
  using S = TestType;
  const bool is_double = sizeof(S) == 8;
  const S large = is_double ? S(1e300) : S(1e30), small = is_double ? S(1e-300) : S(1e-30);
  using Limits = std::numeric_limits<S>;
  for (const double order : orders) {
    for (const std::vector<S>& values : {std::vector<S>{large, large},
                                         {large, -small, large, S(0)},
                                         {small},
                                         {small, -small},
                                         {Limits::max()},
                                         {Limits::denorm_min()},
                                         {Limits::min(), -Limits::denorm_min()},
                                         {S(0), S(0)},
                                         {S(0), small, S(-0.0)}}) {
      Vector<S> g = Eigen::Map<const Vector<S>>(values.data(), et::Index(values.size())), p = g;
      const Vector<S> before = g;
      et::Parameters<S> parameters;
      parameters.add("p", p, g);
      const double expected = norm_by_hand(values, order);
      auto optimizer =
          et::chain<S>(et::clip_by_global_norm(infinity, {.order = order}), et::descend(1.0));
      at_every_simd_level([&] {
        p = before;
        optimizer.step(parameters);
        CAPTURE(order, values[0], values.size());
        CHECK(optimizer.template measured<et::ClipByGlobalNorm>().norm ==
              Approx(expected).epsilon(1e-13).margin(0));
        CHECK(p.isZero(0));  // not scaled: p − g
        const auto norm = et::clip_gradient_norm(g, Limits::infinity(), {.order = order});
        CHECK(norm == static_cast<S>(optimizer.template measured<et::ClipByGlobalNorm>().norm));
        CHECK(same_bits(g, before));
      });
    }
    Vector<S> two = Vector<S>::Constant(2, large);
    const S norm = et::clip_gradient_norm(two, S(1), {.order = order});
    CHECK(norm == Approx(large * std::pow(S(2), S(1 / order))).epsilon(1e-6));
    CHECK(two[0] == Approx(std::pow(0.5, 1 / order)).epsilon(1e-6));
  }
  Vector<float> two{{1e30f, 1e30f}}, one{{1e-30f}};
  CHECK(et::clip_gradient_norm(two, 1e38f) == Approx(1.41421356e30f).epsilon(1e-6).margin(0));
  CHECK(et::clip_gradient_norm(one, 1e38f) == 1e-30f);
}

TEST_CASE("an infinite order doesn't clamp") {
  Eigen::VectorXd g{{8.0, -2.0, 1.0}};
  CHECK(et::clip_gradient_norm(g, 4.0, {.order = infinity}) == 8.0);
  const double factor = 4.0 / (8.0 + 1e-6);
  CHECK(g == Eigen::VectorXd{{factor * 8.0, factor * -2.0, factor}});
}

TEST_CASE("what was clipped and what was skipped is counted") {
  Two<float> two;
  auto optimizer = et::chain<float>(
      et::clip_by_global_norm(6.0, {.non_finite = {.policy = et::NonFinite::skip}}),
      et::descend(0.5));
  const auto counts = [&](std::int64_t clipped, std::int64_t skipped, std::int64_t in_row) {
    const auto& measured = optimizer.measured<et::ClipByGlobalNorm>();
    CHECK(measured.clipped == clipped);
    CHECK(measured.skipped == skipped);
    CHECK(measured.skipped_in_row == in_row);
  };
  CHECK(optimizer.step(two.parameters));  // norm 13
  counts(1, 0, 0);
  two.g2[0] = 0.0f;  // norm 5
  CHECK(optimizer.step(two.parameters));
  counts(1, 0, 0);
  two.g1[2] = static_cast<float>(not_a_number);
  CHECK_FALSE(optimizer.step(two.parameters));
  CHECK(std::isnan(optimizer.measured<et::ClipByGlobalNorm>().norm));
  CHECK(optimizer.measured<et::ClipByGlobalNorm>().factor == 1.0);
  counts(1, 1, 1);
  CHECK_FALSE(optimizer.step(two.parameters));
  counts(1, 2, 2);
  two.g1[2] = 12.0f;
  CHECK(optimizer.step(two.parameters));
  counts(2, 2, 0);
  two.g1[2] = static_cast<float>(-infinity);
  CHECK_FALSE(optimizer.step(two.parameters));
  counts(2, 3, 1);
  CHECK(optimizer.count() == 3);
  CHECK(optimizer.get<et::ClipByGlobalNorm>().options().non_finite.policy == et::NonFinite::skip);
}

TEMPLATE_TEST_CASE("a skipped step leaves no trace but its count, until there are too many", "",
                   float, double) {
  using S = TestType;
  for (const double order : orders) {
    const et::ClipNormOptions options{
        .order = order, .non_finite = {.policy = et::NonFinite::skip, .most_skips = 3}};
    const auto make = [&] {
      return et::chain<S>(et::clip_by_global_norm(6.0, options), et::momentum({.momentum = 0.9}),
                          et::descend([](std::int64_t step) { return 1.0 / double(step + 2); }));
    };
    Two<S> two, other;
    auto optimizer = make(), undisturbed = make();
    const auto good_step = [&] {
      two.g1[2] = two.g2[1] = S(0);
      CHECK(optimizer.step(two.parameters));
      CHECK(undisturbed.step(other.parameters));
      CHECK(same_bits(two.p1, other.p1));
      CHECK(same_bits(two.p2, other.p2));
      CHECK(optimizer.count() == undisturbed.count());
    };
    CAPTURE(order);
    for (int round = 0; round < 3; ++round) {
      for (const double bad : {not_a_number, infinity, -infinity}) {
        two.g2[1] = static_cast<S>(bad);
        const Vector<S> p1 = two.p1, p2 = two.p2;
        CHECK_FALSE(optimizer.step(two.parameters));
        CHECK(same_bits(two.p1, p1));
        CHECK(same_bits(two.p2, p2));
      }
      CHECK(optimizer.template measured<et::ClipByGlobalNorm>().skipped_in_row == 3);
      for (int again = 0; again < 2; ++again) {
        CHECK_THROWS_WITH(
            optimizer.step(two.parameters),
            "clip_by_global_norm: 4 steps in a row had gradients that are not finite, "
            "now that of two; nothing was changed");
        CHECK(optimizer.template measured<et::ClipByGlobalNorm>().skipped == 3 * (round + 1));
      }
      good_step();
      good_step();
    }
  }
}

TEST_CASE("without a limit on them, skips never throw") {
  Two<float> two;
  two.g1[0] = static_cast<float>(infinity);
  auto optimizer =
      et::chain<float>(et::clip_by_global_norm(
                           1.0, {.non_finite = {.policy = et::NonFinite::skip, .most_skips = 0}}),
                       et::descend(1.0));
  for (int i = 0; i < 50; ++i) CHECK_FALSE(optimizer.step(two.parameters));
  CHECK(optimizer.measured<et::ClipByGlobalNorm>().skipped_in_row == 50);
  CHECK(optimizer.count() == 0);
  CHECK(two.p1.isZero(0));
}

TEMPLATE_TEST_CASE("what is let through arrives as it is, no value becomes zero", "", float,
                   double) {
  using S = TestType;
  for (const double order : orders) {
    for (const double bad : {not_a_number, infinity, -infinity}) {
      const et::ClipNormOptions options{.order = order,
                                        .non_finite = {.policy = et::NonFinite::propagate}};
      Two<S> two;
      two.g1[2] = static_cast<S>(bad);
      const Vector<S> g1 = two.g1, g2 = two.g2;
      auto optimizer = et::chain<S>(et::clip_by_global_norm(0.5, options), et::descend(1.0));
      CHECK(optimizer.step(two.parameters));
      CAPTURE(order, bad);
      CHECK(two.p1[0] == S(-3));
      CHECK(two.p1[1] == S(-4));
      CHECK(two.p2[0] == S(-12));
      CHECK(std::isnan(two.p1[2]) == std::isnan(bad));
      CHECK_FALSE(std::isfinite(two.p1[2]));
      CHECK(optimizer.template measured<et::ClipByGlobalNorm>().clipped == 0);
      CHECK(optimizer.template measured<et::ClipByGlobalNorm>().skipped == 0);
      const S norm = et::clip_gradient_norm(two.parameters, S(0.5), options);
      CHECK(std::isnan(norm) == std::isnan(bad));
      CHECK_FALSE(std::isfinite(norm));
      CHECK(same_bits(two.g1, g1));
      CHECK(same_bits(two.g2, g2));
      CHECK_FALSE(std::isfinite(et::clip_gradient_norm(two.g1, S(0.5), options)));
      CHECK(same_bits(two.g1, g1));
      CHECK_FALSE(std::isfinite(et::clip_gradient_norm(
          two.g1, S(0.5), {.order = order, .non_finite = {.policy = et::NonFinite::skip}})));
      CHECK(same_bits(two.g1, g1));
    }
  }
}

TEST_CASE("an order below 1 throws, and so does a negative number of skips") {
  Two<double> two;
  for (const double bad : {0.0, 0.5, -1.0, -infinity, not_a_number}) {
    const std::string message = ": order must be in [1, inf], got " + et::message(bad);
    const et::ClipNormOptions options{.order = bad};
    CHECK_THROWS_WITH(et::clip_by_global_norm(1.0, options), "clip_by_global_norm" + message);
    CHECK_THROWS_WITH(et::clip_gradient_norm(two.parameters, 1.0, options),
                      "clip_gradient_norm" + message);
    CHECK_THROWS_WITH(et::clip_gradient_norm(two.g1, 1.0, options), "clip_gradient_norm" + message);
  }
  CHECK_THROWS_WITH(et::clip_by_global_norm(1.0, {.non_finite = {.most_skips = -1}}),
                    "clip_by_global_norm: most_skips must be at least 0, got -1");
  CHECK(two.g1[1] == 4.0);
}

TEMPLATE_TEST_CASE("one gradient of any kind is clipped like a list of it", "", float, double) {
  using S = TestType;
  using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
  constexpr et::Index rows = 37, cols = 21;
  Vector<S> values(rows * cols);
  for (et::Index i = 0; i < values.size(); ++i) values[i] = noise<S>(9, i);
  for (const double order : orders) {
    const et::ClipNormOptions options{.order = order};
    Vector<S> p = values, expected = values;
    et::Parameters<S> list;
    list.add("p", p, expected);
    const S norm = et::clip_gradient_norm(list, S(0.25), options);
    CAPTURE(order);
    CHECK(expected != values);
    at_every_simd_level([&] {
      const auto check = [&](auto& gradient, const S* data) {
        S found = 0;
        CHECK(et::test::allocations_in(
                  [&] { found = et::clip_gradient_norm(gradient, S(0.25), options); }) == 0);
        CHECK(same_bits(Vector<S>(Eigen::Map<const Vector<S>>(data, rows * cols)), expected));
        CHECK(et::test::bits(found) == et::test::bits(norm));
      };
      Vector<S> vector = values, mapped = values;
      check(vector, vector.data());
      Matrix matrix = Eigen::Map<Matrix>(values.data(), rows, cols);
      check(matrix, matrix.data());
      Eigen::Map<Matrix> map(mapped.data(), rows, cols);
      check(map, mapped.data());
      Eigen::Array<S, rows, cols> fixed = Eigen::Map<Matrix>(values.data(), rows, cols).array();
      check(fixed, fixed.data());
      Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major(rows, cols);
      std::copy_n(values.data(), rows * cols, row_major.data());
      check(row_major, row_major.data());
      Eigen::Tensor<S, 3> tensor(3, 7, 37);
      std::copy_n(values.data(), rows * cols, tensor.data());
      check(tensor, tensor.data());

      Matrix around = Matrix::Constant(50, 40, S(7));
      around.block(5, 6, rows, cols) = Eigen::Map<Matrix>(values.data(), rows, cols);
      CHECK(et::clip_gradient_norm(around.block(5, 6, rows, cols), S(0.25), options) == norm);
      const Matrix inner = around.block(5, 6, rows, cols);
      CHECK(same_bits(inner, expected));
      around.block(5, 6, rows, cols).setConstant(S(7));
      CHECK(around == Matrix::Constant(50, 40, S(7)));
    });
  }
}

TEST_CASE("one gradient that isn't finite throws with nothing changed, an empty one is fine") {
  Eigen::MatrixXf gradient = Eigen::MatrixXf::Constant(3, 4, 5.0f), none(0, 4);
  gradient(2, 3) = static_cast<float>(not_a_number);
  const Eigen::MatrixXf before = gradient;
  for (const double order : orders) {
    CHECK_THROWS_WITH(et::clip_gradient_norm(gradient, 1.0f, {.order = order}),
                      "clip_gradient_norm: the gradient of the tensor has values that are not "
                      "finite; nothing was changed");
    CHECK(same_bits(gradient, before));
    CHECK(et::clip_gradient_norm(none, 1.0f, {.order = order}) == 0.0f);
  }
  CHECK_THROWS_WITH(et::clip_gradient_norm(gradient, 0.0f),
                    "clip_gradient_norm: max_norm must be in (0, inf], got 0");
}
