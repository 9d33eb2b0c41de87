// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/penalty.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::bits;
using et::test::noise;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The same n weights, cut into tensors of at most `piece` values.
template <class S>
struct Pieces {
  std::vector<Vector<S>> p, g;
  et::Parameters<S> parameters;

  Pieces(Eigen::Index n, Eigen::Index piece) {
    for (Eigen::Index at = 0; at < n; at += piece) {
      Vector<S> values(std::min(piece, n - at));
      for (Eigen::Index i = 0; i < values.size(); ++i) values[i] = noise<S>(5, at + i) / S(3);
      p.push_back(values);
      g.push_back(values);
    }
    for (std::size_t i = 0; i < p.size(); ++i) parameters.add(et::message("p", i), p[i], g[i]);
  }
};

}  // namespace

TEMPLATE_TEST_CASE("lambda times the absolute values, half of lambda times the squares", "", float,
                   double) {
  using S = TestType;
  Vector<S> w{{S(3), S(-4), S(0)}}, v{{S(-12)}};
  // Gradients are no part of it.
  Vector<S> g = Vector<S>::Constant(3, std::numeric_limits<S>::quiet_NaN()), h{{S(7)}};
  et::Parameters<S> parameters;
  parameters.add("w", w, g).add("v", v, h);
  CHECK(et::l1_penalty(parameters, 0.5) == 9.5);
  CHECK(et::l2_penalty(parameters, 0.5) == 42.25);  // ½·½·169
  CHECK(et::l1_penalty(parameters, 0.0) == 0.0);
  CHECK(et::l2_penalty(parameters, 0.0) == 0.0);
}

TEST_CASE("tensors without decay and frozen ones don't count, whatever they hold") {
  Eigen::VectorXf w{{1.0f, -2.0f}}, b{{100.0f, 1.0f}}, f{{100.0f, 1.0f}}, g = w, h = w, k = w;
  b[1] = f[1] = static_cast<float>(not_a_number);
  et::Parameters<float> parameters;
  parameters.add("b", b, h, {.weight_decay = false})
      .add("w", w, g)
      .add("f", f, k, {.frozen = true});
  CHECK(et::l1_penalty(parameters, 1.0) == 3.0);
  CHECK(et::l2_penalty(parameters, 1.0) == 2.5);
}

TEST_CASE("squares of floats neither overflow nor underflow, and NaN stays to be seen") {
  Eigen::VectorXf w{{1e30f, 0.0f}}, g(2);
  et::Parameters<float> parameters;
  parameters.add("w", w, g);
  CHECK(et::l2_penalty(parameters, 2.0) == Approx(1e60).epsilon(1e-6));
  w[0] = 1e-30f;
  CHECK(et::l2_penalty(parameters, 2.0) == Approx(1e-60).epsilon(1e-6));
  w[1] = static_cast<float>(not_a_number);
  CHECK(std::isnan(et::l1_penalty(parameters, 1.0)));
  CHECK(std::isnan(et::l2_penalty(parameters, 1.0)));
  w[1] = std::numeric_limits<float>::infinity();
  CHECK(std::isinf(et::l1_penalty(parameters, 1.0)));
}

TEMPLATE_TEST_CASE("the values have the same bits at every SIMD level and however tensors are cut",
                   "", float, double) {
  constexpr Eigen::Index n = et::reduction_chunk + 1017;
  Pieces<TestType> whole(n, n);
  const auto l1 = bits(et::l1_penalty(whole.parameters, 0.1));
  const auto l2 = bits(et::l2_penalty(whole.parameters, 0.1));
  double plain_l1 = 0.0, plain_l2 = 0.0;
  for (const TestType w : whole.p[0]) {
    plain_l1 += std::abs(static_cast<double>(w));
    plain_l2 += static_cast<double>(w) * static_cast<double>(w);
  }
  CHECK(et::l1_penalty(whole.parameters, 0.1) == Approx(0.1 * plain_l1).epsilon(1e-12));
  CHECK(et::l2_penalty(whole.parameters, 0.1) == Approx(0.05 * plain_l2).epsilon(1e-12));
  for (const Eigen::Index piece : {Eigen::Index(7), Eigen::Index(1000), n}) {
    Pieces<TestType> pieces(n, piece);
    CAPTURE(piece);
    et::test::at_every_simd_level([&] {
      CHECK(bits(et::l1_penalty(pieces.parameters, 0.1)) == l1);
      CHECK(bits(et::l2_penalty(pieces.parameters, 0.1)) == l2);
    });
  }
}

TEST_CASE("a penalty allocates nothing") {
  Pieces<float> pieces(100'000, 3'001);
  et::l1_penalty(pieces.parameters, 1.0);
  double value = 0.0;
  CHECK(et::test::allocations_in([&] { value = et::l1_penalty(pieces.parameters, 1.0); }) == 0);
  CHECK(et::test::allocations_in([&] { value += et::l2_penalty(pieces.parameters, 1.0); }) == 0);
  CHECK(value > 0.0);
}

TEST_CASE("a lambda that is not in [0, inf) throws, and an empty list does") {
  Pieces<float> pieces(3, 3);
  et::Parameters<float>& some = pieces.parameters;
  et::Parameters<float> none;
  CHECK_THROWS_WITH(et::l1_penalty(some, -1.0), "l1_penalty: lambda must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::l1_penalty(some, not_a_number),
                    "l1_penalty: lambda must be in [0, inf), got nan");
  CHECK_THROWS_WITH(et::l2_penalty(some, HUGE_VAL),
                    "l2_penalty: lambda must be in [0, inf), got inf");
  CHECK_THROWS_AS(et::l1_penalty(none, 1.0), std::invalid_argument);
  CHECK_THROWS_AS(et::l2_penalty(none, 1.0), std::invalid_argument);
}
