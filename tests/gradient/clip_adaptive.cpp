// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/clip_adaptive.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/clip_value.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::at_every_simd_level;
using et::test::noise;
using et::test::same_bits;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;
template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
template <class S>
using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Weights of about 1, every fifth unit zero; gradients whose units differ in size: about 1, 0.1,
/// 0.01 and 0.001.
template <class S, class W, class G>
void fill(std::int64_t number, W&& weights, G&& gradient) {
  constexpr S sizes[] = {S(1), S(0.1), S(0.01), S(0.001)};
  for (et::Index i = 0; i < weights.rows(); ++i) {
    const S size = sizes[i % 4];
    for (et::Index j = 0; j < weights.cols(); ++j) {
      weights(i, j) = weights.cols() > 1 && i % 5 == 4 ? S(0) : noise<S>(number, i * 1000 + j);
      gradient(i, j) = size * noise<S>(number + 100, i * 1000 + j);
    }
  }
}

template <class M>
long double squares(const M& unit) {
  long double sum = 0;
  for (et::Index i = 0; i < unit.rows(); ++i) {
    for (et::Index j = 0; j < unit.cols(); ++j) {
      sum += static_cast<long double>(unit(i, j)) * static_cast<long double>(unit(i, j));
    }
  }
  return sum;
}

/// AGC by hand, in long double.
template <class W, class G>
Matrix<double> by_hand(const W& weights, const G& gradient, double clipping, double least = 1e-3) {
  Matrix<double> result = gradient.template cast<double>();
  const et::Index each = weights.cols() == 1 ? weights.rows() : 1;
  for (et::Index i = 0; i < weights.rows(); i += each) {
    const long double w = std::sqrt(squares(weights.middleRows(i, each)));
    const long double g = std::sqrt(squares(gradient.middleRows(i, each)));
    const long double most = clipping * std::max(w, static_cast<long double>(least));
    if (g > most) {
      result.middleRows(i, each) *= static_cast<double>(most / std::max(g, 1e-6L));
    }
  }
  return result;
}

template <class S, class A>
void check_close(const A& clipped, const Matrix<double>& expected) {
  const double epsilon = sizeof(S) == 8 ? 1e-14 : 4e-7;
  REQUIRE(clipped.rows() == expected.rows());
  for (et::Index i = 0; i < expected.rows(); ++i) {
    for (et::Index j = 0; j < expected.cols(); ++j) {
      CHECK(static_cast<double>(clipped(i, j)) ==
            Approx(expected(i, j)).epsilon(epsilon).margin(1e-300));
    }
  }
}

/// Every kind of tensor, also with gaps; more units than are dealt with at a time.
template <class S>
struct Kinds {
  Matrix<S> w1{37, 21}, g1{37, 21};
  RowMajor<S> w2{41, 150}, g2{41, 150};
  Matrix<S> w3 = Matrix<S>::Constant(60, 200, S(7)), g3 = w3;
  RowMajor<S> w4 = w3, g4 = w3;
  Vector<S> w5{53}, g5{53};
  Eigen::Matrix<S, 3, 4> w6, g6;
  Eigen::Tensor<S, 4> w7{5, 2, 3, 4}, g7{5, 2, 3, 4};
  Eigen::Tensor<S, 4, Eigen::RowMajor> w8{5, 2, 3, 4}, g8{5, 2, 3, 4};
  Eigen::Matrix<S, 1, Eigen::Dynamic> w9{19}, g9{19};
  Matrix<S> none{0, 3}, gn{0, 3};
  et::Parameters<S> parameters;

  Kinds() {
    fill<S>(1, w1, g1), fill<S>(2, w2, g2);
    fill<S>(3, w3.block(2, 3, 45, 170), g3.block(2, 3, 45, 170));
    fill<S>(4, w4.block(2, 3, 45, 170), g4.block(2, 3, 45, 170));
    fill<S>(5, w5, g5), fill<S>(6, w6, g6);
    fill<S>(7, columns(w7), columns(g7));
    fill<S>(8, rows(w8), rows(g8));
    fill<S>(9, w9, g9);
    parameters.add("1", w1, g1).add("2", w2, g2);
    parameters.add("3", w3.block(2, 3, 45, 170), g3.block(2, 3, 45, 170));
    parameters.add("4", w4.block(2, 3, 45, 170), g4.block(2, 3, 45, 170));
    parameters.add("none", none, gn).add("5", w5, g5).add("6", w6, g6);
    parameters.add("7", w7, g7).add("8", w8, g8).add("9", w9, g9);
  }

  // A Tensor of rank 4, out × (in · field): the first axis runs along columns, or over rows.
  static Eigen::Map<Matrix<S>> columns(Eigen::Tensor<S, 4>& tensor) {
    return {tensor.data(), 5, 24};
  }
  static Eigen::Map<RowMajor<S>> rows(Eigen::Tensor<S, 4, Eigen::RowMajor>& tensor) {
    return {tensor.data(), 5, 24};
  }

  /// Calls f(W, G) for each of them, as a matrix out × in.
  template <class F>
  void for_each(const F& f) {
    f(w1, g1), f(w2, g2), f(w3.block(2, 3, 45, 170), g3.block(2, 3, 45, 170));
    f(w4.block(2, 3, 45, 170), g4.block(2, 3, 45, 170));
    f(w5, g5), f(w6, g6), f(columns(w7), columns(g7)), f(rows(w8), rows(g8)), f(w9, g9);
  }

  std::uint64_t hash() const {
    const auto of = [](const auto& g) { return et::test::hash_bits(g.data(), g.size()); };
    return of(g1) ^ 3 * of(g2) ^ 5 * of(g3) ^ 7 * of(g4) ^ 9 * of(g5) ^ 11 * of(g6) ^ 13 * of(g7) ^
           15 * of(g8) ^ 17 * of(g9);
  }
};

/// One matrix whose units are (3, 4), (0.03, 0.04) and (0, 0), with weights of norm 5, 5 and 0.
template <class S>
struct Three {
  Matrix<S> w{{S(3), S(4)}, {S(-4), S(3)}, {S(0), S(0)}};
  Matrix<S> g{{S(3), S(4)}, {S(0.03), S(0.04)}, {S(0), S(0.5)}};
  Vector<S> b{{S(5), S(12)}}, gb{{S(0.005), S(0.012)}};
  et::Parameters<S> parameters;
  Three() { parameters.add("weight", w, g).add("bias", b, gb); }
};

}  // namespace

TEMPLATE_TEST_CASE("each unit comes down to its share of its own weights", "", float, double) {
  using S = TestType;
  Three<S> three;
  const Matrix<S> wanted{{S(0.05 / 5) * S(3), S(0.05 / 5) * S(4)},
                         {S(0.03), S(0.04)},               // 0.05, the limit being 0.05
                         {S(0), S(1e-5 / 0.5) * S(0.5)}};  // weights of zero count as 1e-3
  SECTION("in place") {
    et::clip_gradient_adaptive(three.parameters, {.clipping = 0.01000001});
    CHECK(three.g.isApprox(wanted, S(1e-6)));
    CHECK(same_bits(three.gb, Vector<S>{{S(0.005), S(0.012)}}));
    CHECK(three.w(0, 0) == S(3));
  }
  SECTION("one matrix, in place") {
    et::clip_gradient_adaptive(three.w, three.g, {.clipping = 0.01000001});
    CHECK(three.g.isApprox(wanted, S(1e-6)));
  }
  SECTION("the least size of weights") {
    et::clip_gradient_adaptive(three.w, three.g, {.clipping = 0.5, .least_weight = 0.25});
    CHECK(three.g(0, 0) == Approx(1.5).epsilon(1e-6));
    CHECK(three.g(2, 1) == S(0.125));
  }
  SECTION("in a chain, where the gradients stay as they are") {
    const Matrix<S> g = three.g, w = three.w;
    auto optimizer = et::chain<S>(et::clip_adaptive({.clipping = 0.01000001}), et::descend(1.0));
    CHECK(optimizer.step(three.parameters));
    CHECK((w - three.w).isApprox(wanted, S(1e-5)));
    CHECK(same_bits(three.g, g));
    CHECK(optimizer.template measured<et::ClipAdaptive>().clipped == 2);
    CHECK(optimizer.template get<et::ClipAdaptive>().options().clipping == 0.01000001);
  }
  SECTION("an infinite share clips nothing") {
    const Matrix<S> g = three.g;
    et::clip_gradient_adaptive(three.parameters, {.clipping = infinity});
    CHECK(same_bits(three.g, g));
  }
}

TEMPLATE_TEST_CASE("every kind of tensor is clipped unit by unit, as by hand", "", float, double) {
  using S = TestType;
  Kinds<S> before, clipped;
  et::clip_gradient_adaptive(clipped.parameters, {.clipping = 0.05});
  std::vector<Matrix<S>> weights, gradients;
  std::vector<Matrix<double>> expected;
  before.for_each([&](const auto& w, const auto& g) {
    weights.push_back(w), gradients.push_back(g);
    expected.push_back(by_hand(weights.back(), gradients.back(), 0.05));
  });
  std::size_t number = 0;
  clipped.for_each([&](const auto& w, const auto& g) {
    CAPTURE(number);
    const Matrix<S> after = g;
    check_close<S>(after, expected[number]);
    CHECK(Matrix<S>(w) == weights[number]);
    CHECK(after != gradients[number]);
    ++number;
  });
  CHECK(number == 9);
  clipped.g3.block(2, 3, 45, 170).setConstant(S(7));
  clipped.g4.block(2, 3, 45, 170).setConstant(S(7));
  CHECK(clipped.g3 == Matrix<S>::Constant(60, 200, S(7)));
  CHECK(clipped.g4 == Matrix<S>::Constant(60, 200, S(7)));
}

TEMPLATE_TEST_CASE("chain, list and single matrices give the same bits at every SIMD level", "",
                   float, double) {
  using S = TestType;
  const std::uint64_t expected = sizeof(S) == 8 ? 0xd10507ad79dd258fu : 0x3baca44981e34f46u;
  at_every_simd_level([&] {
    Kinds<S> list;
    const std::uint64_t before = list.hash();
    CHECK(et::test::allocations_in(
              [&] { et::clip_gradient_adaptive(list.parameters, {.clipping = 0.05}); }) == 0);
    CHECK(list.hash() == expected);

    Kinds<S> singles;
    singles.for_each([](const auto& w, auto&& g) {
      CHECK(et::test::allocations_in(
                [&] { et::clip_gradient_adaptive(w, g, {.clipping = 0.05}); }) == 0);
    });
    CHECK(singles.hash() == expected);

    Kinds<S> stepped, plain;
    auto optimizer = et::chain<S>(et::clip_adaptive({.clipping = 0.05}), et::descend(1.0));
    auto descent = et::chain<S>(et::descend(1.0));
    for (int step = 0; step < 2; ++step) {
      const std::int64_t allocated =
          et::test::allocations_in([&] { optimizer.step(stepped.parameters); });
      if (step > 0) CHECK(allocated == 0);
      Kinds<S> fresh;  // clipped by the weights as they are now
      fresh.w1 = plain.w1, fresh.w2 = plain.w2, fresh.w3 = plain.w3, fresh.w4 = plain.w4;
      fresh.w5 = plain.w5, fresh.w6 = plain.w6, fresh.w7 = plain.w7, fresh.w8 = plain.w8;
      fresh.w9 = plain.w9;
      et::clip_gradient_adaptive(fresh.parameters, {.clipping = 0.05});
      plain.g1 = fresh.g1, plain.g2 = fresh.g2, plain.g3 = fresh.g3, plain.g4 = fresh.g4;
      plain.g5 = fresh.g5, plain.g6 = fresh.g6, plain.g7 = fresh.g7, plain.g8 = fresh.g8;
      plain.g9 = fresh.g9;
      descent.step(plain.parameters);
      CHECK(same_bits(stepped.w1, plain.w1));
      CHECK(same_bits(stepped.w2, plain.w2));
      CHECK(same_bits(stepped.w3, plain.w3));
      CHECK(same_bits(stepped.w4, plain.w4));
      CHECK(same_bits(stepped.w5, plain.w5));
      CHECK(same_bits(stepped.w6, plain.w6));
      CHECK(same_bits(stepped.w7, plain.w7));
      CHECK(same_bits(stepped.w8, plain.w8));
      CHECK(same_bits(stepped.w9, plain.w9));
    }
    CHECK(stepped.hash() == before);
  });
}

TEST_CASE("what is clipped in a chain is what arrives") {
  Three<double> three;
  const Eigen::MatrixXd w = three.w;
  Eigen::MatrixXd expected = three.g;
  et::clip_gradient_value(expected, 0.1);
  et::clip_gradient_adaptive(w, expected);
  auto optimizer = et::chain<double>(et::clip_by_value(0.1), et::clip_adaptive(), et::descend(1.0));
  optimizer.step(three.parameters);
  CHECK(three.w == w - expected);
  CHECK(expected(0, 1) == Approx(0.05 / std::sqrt(2.0)));
}

TEST_CASE("state behind the clipping is kept apart from what it writes down") {
  Three<double> three, other;
  auto clipped =
      et::chain<double>(et::clip_adaptive(), et::momentum({.momentum = 0.5}), et::descend(1.0));
  auto plain = et::chain<double>(et::momentum({.momentum = 0.5}), et::descend(1.0));
  for (int step = 0; step < 4; ++step) {
    three.g(1, 1) = other.g(1, 1) = 0.5 * step;
    const Eigen::MatrixXd gradient = other.g;
    et::clip_gradient_adaptive(other.parameters);
    clipped.step(three.parameters);
    plain.step(other.parameters);
    other.g = gradient;
    CHECK(same_bits(three.w, other.w));
    CHECK(same_bits(three.b, other.b));
  }
}

TEMPLATE_TEST_CASE("a matrix and its gradient may differ in storage order", "", float, double) {
  using S = TestType;
  Matrix<S> w(45, 170), g(45, 170);
  fill<S>(3, w, g);
  const RowMajor<S> w_rows = w;
  RowMajor<S> g_rows = g, g_again = g;
  Matrix<S> g_other = g, around = Matrix<S>::Constant(60, 200, S(7));
  around.block(2, 3, 45, 170) = g;
  et::clip_gradient_adaptive(w, g, {.clipping = 0.05});
  et::clip_gradient_adaptive(w_rows, g_other, {.clipping = 0.05});
  et::clip_gradient_adaptive(w, g_rows, {.clipping = 0.05});
  et::clip_gradient_adaptive(w_rows, g_again, {.clipping = 0.05});
  et::clip_gradient_adaptive(w_rows, around.block(2, 3, 45, 170), {.clipping = 0.05});
  CHECK(same_bits(g, g_other));
  CHECK(same_bits(g_rows, g_again));
  CHECK(g == Matrix<S>(g_rows));
  CHECK(g == around.block(2, 3, 45, 170));
}

TEMPLATE_TEST_CASE("units of any size come down to the limit", "", float, double) {
  using S = TestType;
  const bool is_double = sizeof(S) == 8;
  const S large = is_double ? S(1e300) : S(1e30), small = is_double ? S(1e-300) : S(1e-30);
  Matrix<S> w = Matrix<S>::Constant(3, 4, S(0.5)), g(3, 4);
  g.row(0).setConstant(large), g.row(1).setConstant(small), g.row(2).setConstant(S(1));
  w.row(2).setConstant(large);
  et::clip_gradient_adaptive(w, g, {.clipping = 0.5});
  CHECK(g.row(0).isApproxToConstant(S(0.25), S(1e-5)));
  CHECK(g.row(1) == Matrix<S>::Constant(1, 4, small));
  CHECK(g.row(2) == Matrix<S>::Constant(1, 4, S(1)));
}

TEST_CASE("frozen tensors are left alone") {
  Three<float> three;
  three.parameters.set_options("weight", {.frozen = true});
  three.g(0, 0) = static_cast<float>(not_a_number);
  et::clip_gradient_adaptive(three.parameters, {.clipping = 1e-4});
  CHECK(three.g(0, 1) == 4.0f);
  CHECK(three.gb.norm() == Approx(13e-4).epsilon(1e-6));
}

TEMPLATE_TEST_CASE("gradients that are not finite throw, named, with nothing changed", "", float,
                   double) {
  using S = TestType;
  for (const double bad : {not_a_number, infinity, -infinity}) {
    Three<S> three;
    auto optimizer = et::chain<S>(et::clip_adaptive(), et::descend(1.0));
    CHECK(optimizer.step(three.parameters));
    three.gb[1] = static_cast<S>(bad);
    const Matrix<S> w = three.w, g = three.g;
    CHECK_THROWS_WITH(optimizer.step(three.parameters),
                      "clip_adaptive: the gradient of bias has values that are not finite; nothing "
                      "was changed");
    CHECK_THROWS_WITH(et::clip_gradient_adaptive(three.parameters),
                      "clip_gradient_adaptive: the gradient of bias has values that are not "
                      "finite; nothing was changed");
    CHECK_THROWS_WITH(et::clip_gradient_adaptive(three.b, three.gb),
                      "clip_gradient_adaptive: the gradient of the matrix has values that are not "
                      "finite; nothing was changed");
    CHECK(same_bits(three.w, w));
    CHECK(same_bits(three.g, g));
    CHECK(three.gb[0] == S(0.005));
    CHECK(optimizer.count() == 1);
    CHECK(optimizer.template measured<et::ClipAdaptive>().clipped == 2);
  }
}

TEST_CASE("steps are skipped and counted, or all gradients let through as they are") {
  Three<double> three;
  const auto options = [](et::NonFinite policy) {
    return et::AdaptiveClipOptions{.non_finite = {.policy = policy, .most_skips = 1}};
  };
  SECTION("skipped") {
    auto optimizer =
        et::chain<double>(et::clip_adaptive(options(et::NonFinite::skip)), et::descend(1.0));
    const auto& measured = optimizer.measured<et::ClipAdaptive>();
    CHECK(optimizer.step(three.parameters));
    CHECK(measured.clipped == 2);
    const Eigen::MatrixXd w = three.w, g = three.g;
    three.gb[1] = not_a_number;
    CHECK_FALSE(optimizer.step(three.parameters));
    CHECK_THROWS_WITH(optimizer.step(three.parameters),
                      "clip_adaptive: 2 steps in a row had gradients that are not finite, now that "
                      "of bias; nothing was changed");
    CHECK(same_bits(three.w, w));
    CHECK(measured.skipped == 1);
    CHECK(measured.skipped_in_row == 1);
    CHECK(measured.clipped == 2);
    CHECK(optimizer.count() == 1);
    et::clip_gradient_adaptive(three.parameters, options(et::NonFinite::skip));
    CHECK(same_bits(three.g, g));
    three.gb[1] = 0.0;
    CHECK(optimizer.step(three.parameters));
    CHECK(measured.skipped_in_row == 0);
    CHECK(measured.clipped == 4);
  }
  SECTION("let through, none of them scaled") {
    three.gb[1] = not_a_number;
    const Eigen::MatrixXd w = three.w, g = three.g;
    auto optimizer =
        et::chain<double>(et::clip_adaptive(options(et::NonFinite::propagate)), et::descend(1.0));
    CHECK(optimizer.step(three.parameters));
    CHECK(three.w == w - g);
    CHECK(three.b[0] == 5.0 - 0.005);
    CHECK(std::isnan(three.b[1]));
    CHECK(optimizer.measured<et::ClipAdaptive>().clipped == 0);
    et::clip_gradient_adaptive(three.parameters, options(et::NonFinite::propagate));
    CHECK(same_bits(three.g, g));
    et::clip_gradient_adaptive(three.b, three.gb, options(et::NonFinite::propagate));
    CHECK(three.gb[0] == 0.005);
  }
}

TEST_CASE("options out of range throw, const gradients and shapes that differ do") {
  Three<float> three;
  for (const double bad : {0.0, -1.0, not_a_number}) {
    const std::string rest = ": clipping must be in (0, inf], got " + et::message(bad);
    CHECK_THROWS_WITH(et::clip_adaptive({.clipping = bad}), "clip_adaptive" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_adaptive(three.parameters, {.clipping = bad}),
                      "clip_gradient_adaptive" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_adaptive(three.w, three.g, {.clipping = bad}),
                      "clip_gradient_adaptive" + rest);
  }
  for (const double bad : {0.0, -1.0, not_a_number, infinity}) {
    const std::string rest = ": least_weight must be in (0, inf), got " + et::message(bad);
    CHECK_THROWS_WITH(et::clip_adaptive({.least_weight = bad}), "clip_adaptive" + rest);
    CHECK_THROWS_WITH(et::clip_gradient_adaptive(three.parameters, {.least_weight = bad}),
                      "clip_gradient_adaptive" + rest);
  }
  CHECK_THROWS_WITH(et::clip_adaptive({.non_finite = {.most_skips = -1}}),
                    "clip_adaptive: most_skips must be at least 0, got -1");
  CHECK_THROWS_WITH(et::clip_gradient_adaptive(three.w.topRows(2), three.g),
                    "clip_gradient_adaptive: the weights are 2x2 but the gradient is 3x2");
  Eigen::VectorXf p(1);
  const Eigen::VectorXf g = Eigen::VectorXf::Constant(1, 84.0f);
  three.parameters.add("fixed", p, g);
  CHECK_THROWS_WITH(et::clip_gradient_adaptive(three.parameters),
                    "clip_gradient_adaptive: the gradient of fixed was added as const");
  CHECK(three.g(0, 0) == 3.0f);
  Eigen::MatrixXf none(0, 3), other(0, 3);
  CHECK_NOTHROW(et::clip_gradient_adaptive(none, other));
}
