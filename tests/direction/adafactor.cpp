// SPDX-License-Identifier: MIT
#include "eigentrain/direction/adafactor.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/matrices.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using et::Index;
using et::test::fill;
using et::test::Matrix;
using et::test::RowMajor;

namespace {

/// Adafactor as it is written down, in double.
struct ByHand {
  double floor;
  int steps = 0;
  Eigen::ArrayXXd r = {}, c = {};

  Eigen::MatrixXd operator()(const Eigen::MatrixXd& p, const Eigen::MatrixXd& g) {
    const double w = std::pow(++steps, -0.8), n = static_cast<double>(g.size());
    const Eigen::ArrayXXd squares = g.array().square();
    Eigen::ArrayXXd v;
    if (g.rows() > 1 && g.cols() > 1) {
      if (steps == 1) r.setZero(g.rows(), 1), c.setZero(1, g.cols());
      r = (1 - w) * r + w * squares.rowwise().mean();
      c = (1 - w) * c + w * squares.colwise().mean();
      v = (r.matrix() * c.matrix()).array() / std::max(r.mean(), floor);
    } else {
      if (steps == 1) r.setZero(g.rows(), g.cols());
      r = (1 - w) * r + w * squares;
      v = r;
    }
    const Eigen::MatrixXd u = (g.array() / v.sqrt().max(floor)).matrix();
    return std::max(1e-3, p.norm() / std::sqrt(n)) / std::max(1.0, u.norm() / std::sqrt(n)) * u;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("tensors of all kinds take Adafactor's step", "", float, double) {
  using S = TestType;
  Matrix<S> w1{9, 4}, g1{9, 4}, w2{4, 41}, g2{4, 41}, w3{40, 30}, g3{40, 30}, w8{17, 1}, g8{17, 1};
  RowMajor<S> w4{5, 38}, g4{5, 38};
  Eigen::Matrix<S, 1, 5> w5, g5;
  Eigen::Tensor<S, 3> w6{6, 2, 4}, g6{6, 2, 4};
  Eigen::Tensor<S, 3, Eigen::RowMajor> w7{6, 2, 4}, g7{6, 2, 4};
  w3.setOnes(), g3.setConstant(S(99));  // in the gaps
  et::Parameters<S> parameters;
  parameters.add("1", w1, g1).add("2", w2, g2);
  parameters.add("3", w3.block(2, 3, 35, 17), g3.block(2, 3, 35, 17));
  parameters.add("4", w4, g4).add("5", w5, g5).add("6", w6, g6).add("7", w7, g7).add("8", w8, g8);
  const auto for_each = [&](const auto& f) {
    f(w1, g1), f(w2, g2), f(w3.block(2, 3, 35, 17), g3.block(2, 3, 35, 17)), f(w4, g4), f(w5, g5);
    f(Eigen::Map<Matrix<S>>(w6.data(), 6, 8), Eigen::Map<Matrix<S>>(g6.data(), 6, 8));
    f(Eigen::Map<RowMajor<S>>(w7.data(), 6, 8), Eigen::Map<RowMajor<S>>(g7.data(), 6, 8));
    f(w8, g8);
  };
  for_each([](auto&& w, auto&&) { fill(w, 1); });
  auto optimizer = et::chain<S>(et::adafactor_direction({}), et::descend(1.0));
  const ByHand rule{static_cast<double>(std::numeric_limits<S>::epsilon())};
  std::vector<ByHand> expected(8, rule);
  for (std::int64_t step = 0; step < 5; ++step) {
    for_each([&](auto&&, auto&& g) { fill(g, 10 + step); });
    std::vector<Eigen::MatrixXd> after;
    for_each([&](auto&& w, auto&& g) {
      const Eigen::MatrixXd p = w.template cast<double>();
      after.push_back(p - expected[after.size()](p, g.template cast<double>()));
    });
    optimizer.step(parameters);
    std::size_t i = 0;
    for_each([&](auto&& w, auto&&) {
      CAPTURE(step, i);
      CHECK((w.template cast<double>() - after[i++]).cwiseAbs().maxCoeff() <
            (sizeof(S) == 8 ? 1e-14 : 4e-6));
    });
  }
  CHECK(w3(0, 0) == S(1));
  CHECK(g3(0, 0) == S(99));
}

TEST_CASE("a matrix needs a mean for each row and column only") {
  Eigen::MatrixXf w = Eigen::MatrixXf::Ones(30, 20), g = w;
  Eigen::VectorXf b = Eigen::VectorXf::Ones(7), gb = b;
  et::Parameters<float> parameters;
  parameters.add("w", w, g).add("b", b, gb);
  auto optimizer = et::chain<float>(et::adafactor_direction({}), et::descend(1.0));
  optimizer.step(parameters);
  CHECK(optimizer.measured<et::AdafactorDirection>().squares.size() == 30 + 20 + 7);
}

TEST_CASE("zeros, small and large gradients, and what isn't finite") {
  Eigen::Matrix2f w = Eigen::Matrix2f::Ones(), g;
  et::Parameters<float> parameters;
  parameters.add("w", w, g);
  const auto updated = [&](float a, float b, float c, float d) {
    g << a, b, c, d;
    w.setOnes();
    auto optimizer = et::chain<float>(et::adafactor_direction({}), et::descend(1.0));
    optimizer.step(parameters);
    return Eigen::Matrix2f(Eigen::Matrix2f::Ones() - w);
  };
  CHECK(updated(0, 0, 0, 0).isZero(0.0f));
  CHECK(updated(5, 0, 0, 0).isApprox(Eigen::Matrix2f{{1, 0}, {0, 0}}, 1e-5f));
  CHECK(updated(2, -2, 2, 2).isApprox(Eigen::Matrix2f{{1, -1}, {1, 1}}, 1e-5f));
  CHECK(updated(2e30f, -2e30f, 2e30f, 2e30f).isApprox(Eigen::Matrix2f{{1, -1}, {1, 1}}, 1e-5f));
  // Below ε₁ = 2⁻²³, a gradient's update shrinks with it.
  CHECK(updated(2e-10f, 0, 0, 0)(0, 0) == Approx(2e-10 / 1.1920929e-7).epsilon(1e-4));
  for (const float bad : {std::nanf(""), HUGE_VALF}) {
    CHECK(updated(bad, 1, 2, 3).array().isNaN().all());
  }
}

TEST_CASE("a tensor that comes later begins with its first gradient") {
  Eigen::Vector2d a(1, 1), b(1, 1), g(2, 2);
  et::Parameters<double> parameters;
  parameters.add("a", a, g).add("b", b, g, {.frozen = true});
  auto optimizer =
      et::chain<double>(et::adafactor_direction({.scale_parameter = false}), et::descend(0.125));
  for (int step = 0; step < 9; ++step) optimizer.step(parameters);
  parameters.set_options("b", {});
  optimizer.step(parameters);
  CHECK(b[0] == Approx(1 - 0.125).epsilon(1e-15));
  parameters.set_options("a", {.frozen = true});
  optimizer.step(parameters);
  CHECK(b[0] == Approx(1 - 0.25).epsilon(1e-15));
}

TEST_CASE("a failed step changes nothing of what Adafactor keeps, and only the first allocates") {
  Eigen::MatrixXf w = Eigen::MatrixXf::Ones(5, 6), g(5, 6);
  et::Parameters<float> parameters;
  parameters.add("w", w, g);
  double rate = 1.0;
  const et::Schedule schedule([&rate](std::int64_t) { return rate; });
  auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adafactor_direction({}),
                                    et::descend(schedule));
  fill(g, 1);
  optimizer.step(parameters);
  fill(g, 2);
  const double before = optimizer.measured<et::AdafactorDirection>().squares[3];
  const Eigen::MatrixXf at = w;
  rate = -1.0;
  CHECK_THROWS(optimizer.step(parameters));
  CHECK(w == at);
  CHECK(optimizer.measured<et::AdafactorDirection>().squares[3] == before);
  rate = 1.0;
  CHECK(et::test::allocations_in([&] { optimizer.step(parameters); }) == 0);
  CHECK(optimizer.measured<et::AdafactorDirection>().squares[3] != before);
}

TEST_CASE("a failed first step leaves nothing behind, for another list neither") {
  Eigen::VectorXd small = Eigen::VectorXd::Ones(9), g = small, large = Eigen::VectorXd::Ones(33);
  Eigen::VectorXd h = large;
  et::Parameters<double> first, second;
  first.add("small", small, g);
  second.add("large", large, h);
  double rate = -1.0;
  auto optimizer =
      et::chain<double>(et::adafactor_direction({}),
                        et::descend(et::Schedule([&rate](std::int64_t) { return rate; })));
  CHECK_THROWS(optimizer.step(first));
  rate = 0.5;
  optimizer.step(second);
  CHECK(large == Eigen::VectorXd::Constant(33, 0.5));
  CHECK(optimizer.measured<et::AdafactorDirection>().squares.size() == 33);
}

TEMPLATE_TEST_CASE("Adafactor has the same bits at every level", "", float, double) {
  using S = TestType;
  et::test::at_every_simd_level([] {
    CAPTURE(static_cast<int>(et::simd_level()));
    Matrix<S> w(37, 21), g(37, 21), b(19, 1), gb(19, 1);
    fill(w, 1), fill(b, 2);
    et::Parameters<S> parameters;
    parameters.add("w", w, g).add("b", b, gb);
    auto optimizer = et::chain<S>(et::adafactor_direction({}), et::descend(0.1));
    for (int step = 0; step < 5; ++step) {
      fill(g, 10 + step), fill(gb, 20 + step);
      optimizer.step(parameters);
    }
    const std::uint64_t hash =
        et::test::hash_bits(w.data(), w.size()) ^ 3 * et::test::hash_bits(b.data(), b.size());
    CHECK(hash == (sizeof(S) == 4 ? 0xc9b6fe3be0226dc0u : 0xedbed29852f8977bu));
  });
}

TEST_CASE("adafactor_direction: options out of range throw") {
  CHECK_THROWS_WITH(et::adafactor_direction({.beta2_decay = 0.5}),
                    "adafactor_direction: beta2_decay must be in [-100, 0], got 0.5");
  CHECK_THROWS_WITH(et::adafactor_direction({.beta2_decay = std::nan("")}),
                    "adafactor_direction: beta2_decay must be in [-100, 0], got nan");
  CHECK_THROWS_WITH(et::adafactor_direction({.epsilon1 = -1.0}),
                    "adafactor_direction: epsilon1 must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::adafactor_direction({.epsilon2 = -1.0}),
                    "adafactor_direction: epsilon2 must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::adafactor_direction({.clip = 0.0}),
                    "adafactor_direction: clip must be in (0, inf], got 0");
}

TEST_CASE("what Adafactor keeps comes back, for those tensors that took part") {
  Matrix<double> w{3, 4}, dw{3, 4}, u{2, 2}, du{2, 2};
  Eigen::VectorXd b{5}, db{5};
  fill(w, 1), fill(dw, 2), fill(u, 3), fill(du, 4), fill(b, 5), fill(db, 6);
  et::Parameters<double> list;
  list.add("w", w, dw).add("u", u, du, {.frozen = true}).add("b", b, db);
  auto optimizer = et::chain<double>(et::adafactor_direction({}));
  optimizer.step(list);
  using Measurement = et::AdafactorDirection::Measurement;
  Measurement known = optimizer.measured<et::AdafactorDirection>(), fresh, half;
  CHECK(et::test::come_back(known, fresh, list) == 5);
  CHECK(fresh.squares.size() == 3 + 4 + 5);
  CHECK(std::equal(fresh.squares.begin(), fresh.squares.end(), known.squares.begin()));
  CHECK(std::equal(fresh.places.begin(), fresh.places.end(), known.places.begin()));
  CHECK(et::test::come_back(known, fresh, list) == 5);  // once more, into the same room
  CHECK(fresh.squares.size() == 3 + 4 + 5);
  // One that takes no part any more.
  CHECK(et::test::fault_with(known, "w.joined", 0, list) == "none");
  et::test::MemoryVisitor visit = et::test::state_of(half, list);
  visit.restores = true;
  fresh.visit_state(visit, list);
  CHECK(fresh.places[0] == 0);
  CHECK(et::test::state_of(fresh, list).kept.size() == 3);
}
