// SPDX-License-Identifier: MIT
#include "eigentrain/direction/muon.hpp"

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
#include "support/matrices.hpp"

namespace et = eigentrain;
using et::Index;
using et::test::fill;
using et::test::Matrix;
using et::test::RowMajor;

namespace {

/// Muon as it is written down, in double.
struct ByHand {
  et::MuonDirectionOptions options;
  Eigen::MatrixXd buffer = {};

  Eigen::MatrixXd operator()(const Eigen::MatrixXd& g) {
    const double mu = options.momentum;
    if (buffer.size() == 0) buffer = Eigen::MatrixXd::Zero(g.rows(), g.cols());
    buffer = mu * buffer + (1 - mu) * g;
    Eigen::MatrixXd x = options.nesterov ? Eigen::MatrixXd(mu * buffer + (1 - mu) * g) : buffer;
    x /= std::max(x.norm(), options.iteration.epsilon);
    for (int round = 0; round < options.iteration.rounds; ++round) {
      const Eigen::MatrixXd a = x * x.transpose();
      x = (options.iteration.a * x + (options.iteration.b * a + options.iteration.c * a * a) * x)
              .eval();
    }
    const auto rows = static_cast<double>(g.rows()), cols = static_cast<double>(g.cols());
    switch (options.scale) {
      case et::MuonScale::shape:
        return std::sqrt(std::max(1.0, rows / cols)) * x;
      case et::MuonScale::adamw:
        return 0.2 * std::sqrt(std::max(rows, cols)) * x;
      default:
        return x;
    }
  }
};

/// Matrices of all kinds: tall, wide, square, row-major, with gaps, Tensors.
template <class S>
struct Kinds {
  Matrix<S> w1{9, 4}, g1{9, 4}, w2{4, 21}, g2{4, 21}, w3{20, 30}, g3{20, 30};
  RowMajor<S> w4{5, 18}, g4{5, 18};
  Eigen::Matrix<S, 3, 3> w5, g5;
  Eigen::Tensor<S, 3> w6{6, 2, 4}, g6{6, 2, 4};
  Eigen::Tensor<S, 3, Eigen::RowMajor> w7{6, 2, 4}, g7{6, 2, 4};
  et::Parameters<S> parameters;

  Kinds() {
    for_each([](auto&& w, auto&&) { w.setZero(); });
    parameters.add("1", w1, g1).add("2", w2, g2);
    parameters.add("3", w3.block(2, 3, 11, 17), g3.block(2, 3, 11, 17));
    parameters.add("4", w4, g4).add("5", w5, g5).add("6", w6, g6).add("7", w7, g7);
  }
  template <class F>
  void for_each(const F& f) {
    f(w1, g1), f(w2, g2), f(w3.block(2, 3, 11, 17), g3.block(2, 3, 11, 17)), f(w4, g4), f(w5, g5);
    f(Eigen::Map<Matrix<S>>(w6.data(), 6, 8), Eigen::Map<Matrix<S>>(g6.data(), 6, 8));
    f(Eigen::Map<RowMajor<S>>(w7.data(), 6, 8), Eigen::Map<RowMajor<S>>(g7.data(), 6, 8));
  }
};

}  // namespace

TEMPLATE_TEST_CASE("matrices of all kinds take Muon's step", "", float, double) {
  using S = TestType;
  const double close = sizeof(S) == 8 ? 1e-13 : 3e-5;
  for (const et::MuonDirectionOptions& options :
       {et::MuonDirectionOptions{},
        et::MuonDirectionOptions{.momentum = 0.5,
                                 .nesterov = false,
                                 .scale = et::MuonScale::adamw,
                                 .iteration = {.a = 2.0, .b = -1.5, .c = 0.5, .rounds = 3}},
        et::MuonDirectionOptions{.momentum = 0.0, .scale = et::MuonScale::none}}) {
    Kinds<S> k;
    auto optimizer = et::chain<S>(et::muon_direction(options), et::descend(1.0));
    std::vector<ByHand> expected(7, ByHand{options});
    for (int step = 0; step < 3; ++step) {
      std::int64_t number = 10 * step;
      k.for_each([&](auto&& w, auto&& g) {
        w.setZero();
        fill(g, number++);
      });
      optimizer.step(k.parameters);
      std::size_t i = 0;
      k.for_each([&](auto&& w, auto&& g) {
        const Eigen::MatrixXd direction = expected[i++](g.template cast<double>());
        CHECK((w.template cast<double>() + direction).cwiseAbs().maxCoeff() < close);
      });
    }
  }
}

TEST_CASE("what is no matrix is refused by name, and nothing changes") {
  Eigen::MatrixXd w = Eigen::MatrixXd::Ones(2, 2), g = w;
  Eigen::VectorXd b = Eigen::VectorXd::Ones(3), gb = b;
  Eigen::RowVectorXd r = Eigen::RowVectorXd::Ones(3), gr = r;
  auto optimizer = et::chain<double>(et::muon_direction({}), et::descend(1.0));
  et::Parameters<double> parameters;
  parameters.add("w", w, g).add("b", b, gb);
  CHECK_THROWS_WITH(optimizer.step(parameters),
                    "muon_direction: b is no matrix of two rows and columns or more; give it to "
                    "another optimizer with partition(), as MuonWithAdamW does");
  CHECK(w == Eigen::MatrixXd::Ones(2, 2));
  et::Parameters<double> row;
  row.add("r", r, gr);
  CHECK_THROWS(optimizer.step(row));
  parameters.set_options("b", {.frozen = true});
  CHECK(optimizer.step(parameters));
  CHECK(w(0, 0) < 1.0);
}

TEST_CASE("a failed step leaves the momentum as it was, and only the first allocates") {
  Kinds<float> k, clean;
  double rate = 1.0;
  const et::Schedule schedule([&rate](std::int64_t) { return rate; });
  auto optimizer =
      et::chain<float>(et::clip_by_global_norm(1.0), et::muon_direction({}), et::descend(schedule));
  const auto backward = [](Kinds<float>& kinds, std::int64_t number) {
    kinds.for_each([&](auto&&, auto&& g) { fill(g, number++); });
  };
  backward(k, 0), backward(clean, 0);
  optimizer.step(k.parameters);
  auto twin = optimizer;
  twin.step(clean.parameters);
  clean.for_each([](auto&& w, auto&&) { w.setZero(); });
  k.for_each([](auto&& w, auto&&) { w.setZero(); });
  auto reference = optimizer;
  backward(k, 20);
  rate = -1.0;
  CHECK_THROWS(optimizer.step(k.parameters));
  k.g1(0, 0) = std::nanf("");
  CHECK_THROWS(optimizer.step(k.parameters));
  CHECK(k.w1.isZero(0.0f));
  rate = 1.0;
  backward(k, 40), backward(clean, 40);
  CHECK(et::test::allocations_in([&] { optimizer.step(k.parameters); }) == 0);
  reference.step(clean.parameters);
  CHECK(et::test::same_bits(k.w1, clean.w1));
  CHECK(et::test::same_bits(k.w4, clean.w4));
}

TEST_CASE("momentum without gradients decays to exact zeros, past no subnormal") {
  Eigen::MatrixXf w = Eigen::MatrixXf::Zero(2, 3), g(2, 3);
  fill(g, 1);
  et::Parameters<float> parameters;
  parameters.add("w", w, g);
  auto optimizer = et::chain<float>(et::muon_direction({.momentum = 0.5}), et::descend(1.0));
  optimizer.step(parameters);
  g.setZero();
  for (int step = 0; step < 200; ++step) {
    optimizer.step(parameters);
    for (const float b : optimizer.state<et::MuonDirection>(0, 0)) {
      REQUIRE((b == 0.0f || std::abs(b) >= std::numeric_limits<float>::min()));
    }
  }
  CHECK(optimizer.state<et::MuonDirection>(0, 0).matrix().isZero(0.0f));
  const Eigen::MatrixXf before = w;
  optimizer.step(parameters);
  CHECK(w == before);
}

TEST_CASE("muon_direction: options out of range throw") {
  using Options = et::MuonDirectionOptions;
  const auto make = [](const Options& options) { return et::muon_direction(options); };
  CHECK(Options().momentum == 0.95);
  CHECK(Options().nesterov);
  CHECK_THROWS_WITH(make({.momentum = 1.0}), "muon_direction: momentum must be in [0, 1), got 1");
  CHECK_THROWS_WITH(make({.iteration = {.a = std::nan("")}}),
                    "muon_direction: a must be in (-inf, inf), got nan");
  CHECK_THROWS_WITH(make({.iteration = {.b = HUGE_VAL}}),
                    "muon_direction: b must be in (-inf, inf), got inf");
  CHECK_THROWS_WITH(make({.iteration = {.c = HUGE_VAL}}),
                    "muon_direction: c must be in (-inf, inf), got inf");
  CHECK_THROWS_WITH(make({.iteration = {.rounds = 0}}),
                    "muon_direction: rounds must be in [1, 100), got 0");
  CHECK_THROWS_WITH(make({.iteration = {.rounds = 100}}),
                    "muon_direction: rounds must be in [1, 100), got 100");
  CHECK_THROWS_WITH(make({.iteration = {.epsilon = 0.0}}),
                    "muon_direction: epsilon must be in (0, inf), got 0");
}
