// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/shrink.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "eigentrain/direction/momentum.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::noise;

namespace {

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

/// Weights and gradients of one tensor.
template <class S>
struct One {
  Vector<S> p, g;
  et::Parameters<S> parameters;
  One(const Vector<S>& weights, const Vector<S>& gradients, et::ParameterOptions options = {})
      : p(weights), g(gradients) {
    parameters.add("p", p, g, options);
  }
};

/// ½‖Aw − b‖²/n + λ‖w‖₁ with more unknowns that don't matter than ones that do.
struct Lasso {
  static constexpr Eigen::Index samples = 40, unknowns = 12;
  static constexpr double lambda = 0.1;
  Eigen::MatrixXd a{samples, unknowns};
  Eigen::VectorXd b;

  Lasso() {
    for (Eigen::Index i = 0; i < a.size(); ++i) a.data()[i] = noise<double>(7, i);
    Eigen::VectorXd truth = Eigen::VectorXd::Zero(unknowns);
    truth[1] = 2.0;
    truth[4] = -1.5;
    truth[9] = 1.0;
    b = a * truth;
    for (Eigen::Index i = 0; i < samples; ++i) b[i] += 0.1 * noise<double>(8, i);
  }

  Eigen::VectorXd gradient(const Eigen::VectorXd& w) const {
    return a.transpose() * (a * w - b) / double(samples);
  }

  /// Coordinate descent: minimizes over one unknown after the other, exactly.
  Eigen::VectorXd by_coordinates() const {
    Eigen::VectorXd w = Eigen::VectorXd::Zero(unknowns);
    for (int sweep = 0; sweep < 2000; ++sweep) {
      for (Eigen::Index j = 0; j < unknowns; ++j) {
        const double square = a.col(j).squaredNorm() / double(samples);
        const double pull = square * w[j] - gradient(w)[j];
        w[j] = std::copysign(std::max(std::abs(pull) - lambda, 0.0), pull) / square;
      }
    }
    return w;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("descends, then shrinks by rate times lambda", "", float, double) {
  using S = TestType;
  // p − ½·g: 3, −3, 1, −1, ½, 0, −¼; the threshold is ½·2 = 1.
  One<S> one(Vector<S>{{S(4), S(-4), S(2), S(-2), S(1), S(0), S(0.25)}},
             Vector<S>{{S(2), S(-2), S(2), S(-2), S(1), S(0), S(1)}});
  const Vector<S> start = one.p, wanted{{S(2), S(-2), S(0), S(0), S(0), S(0), S(0)}};
  auto optimizer = et::chain<S>(et::descend_and_shrink(0.5, 2.0));
  et::test::at_every_simd_level([&] {
    one.p = start;
    optimizer.step(one.parameters);
    CHECK(one.p == wanted);
  });
}

TEMPLATE_TEST_CASE("what falls below the threshold is exactly zero, the rest keeps its sign", "",
                   float, double) {
  using S = TestType;
  constexpr Eigen::Index n = 4099;
  Vector<S> p(n), g(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    p[i] = noise<S>(1, i) / S(3) * std::pow(S(10), S(i % 7 - 3));
    g[i] = noise<S>(2, i) / S(7) * std::pow(S(10), S(i % 5 - 2));
  }
  One<S> one(p, g);
  auto optimizer = et::chain<S>(et::descend_and_shrink(0.1, 0.3));
  optimizer.step(one.parameters);
  const S rate = S(0.1), threshold = S(0.1 * 0.3);
  Eigen::Index zeros = 0;
  bool right = true;
  for (Eigen::Index i = 0; i < n; ++i) {
    const S step = rate * g[i], moved = p[i] - step;
    if (std::abs(moved) <= threshold) {
      ++zeros;
      right = right && one.p[i] == S(0);
    } else {
      const S exact = moved - std::copysign(threshold, moved);
      const S slack = S(4) * std::numeric_limits<S>::epsilon() * (std::abs(p[i]) + std::abs(step));
      right = right && std::abs(one.p[i] - exact) <= slack && one.p[i] * moved >= S(0);
    }
  }
  CHECK(right);
  CHECK(zeros > n / 10);
  CHECK(zeros < n - n / 10);
}

TEST_CASE("rounding doesn't carry a weight across zero") {
  // The threshold is no multiple of an ulp of p, and p − u lies close to it.
  Eigen::VectorXf p(1), g(1);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  auto optimizer = et::chain<float>(et::descend_and_shrink(1.0, 0.001));
  int crossed = 0, left = 0;
  for (int i = 0; i < 2000; ++i) {
    p[0] = 1000.0f + noise<float>(3, i);
    g[0] = p[0] - 0.001f * (1.0f + 0.05f * static_cast<float>(i % 5 - 2));
    const float moved = p[0] - g[0];
    optimizer.step(parameters);
    crossed += p[0] < 0.0f;
    left += p[0] > 0.0f && moved < 0.00106f;
  }
  CHECK(crossed == 0);
  CHECK(left > 0);
}

TEST_CASE("the threshold follows the schedule and the tensor's scale") {
  One<double> one(Vector<double>{{8.0}}, Vector<double>{{0.0}});
  One<double> half(one.p, one.g, {.learning_rate_scale = 0.5});
  auto halving = [](std::int64_t step) { return 1.0 / static_cast<double>(step + 1); };
  auto a = et::chain<double>(et::descend_and_shrink(halving, 2.0));
  auto b = et::chain<double>(et::descend_and_shrink(halving, 2.0));
  for (const double wanted : {6.0, 5.0}) {
    a.step(one.parameters);
    b.step(half.parameters);
    CHECK(one.p[0] == wanted);
    CHECK(half.p[0] == 8.0 - (8.0 - wanted) / 2);
  }
}

TEST_CASE("tensors without decay descend only, and so does lambda 0") {
  One<float> bias(Vector<float>{{4.0f, 0.1f}}, Vector<float>{{2.0f, 0.0f}},
                  {.weight_decay = false});
  auto optimizer = et::chain<float>(et::descend_and_shrink(0.5, 2.0));
  optimizer.step(bias.parameters);
  CHECK(bias.p == Vector<float>{{3.0f, 0.1f}});
  One<float> weight(Vector<float>{{4.0f, 0.1f}}, Vector<float>{{2.0f, 0.3f}});
  One<float> same(weight.p, weight.g);
  auto none = et::chain<float>(et::descend_and_shrink(0.1, 0.0));
  auto plain = et::chain<float>(et::descend(0.1));
  none.step(weight.parameters);
  plain.step(same.parameters);
  CHECK(et::test::same_bits(weight.p, same.p));
}

TEST_CASE("NaN stays NaN") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  One<float> one(Vector<float>{{nan, 1.0f, 0.1f}}, Vector<float>{{0.0f, nan, 0.0f}});
  auto optimizer = et::chain<float>(et::descend_and_shrink(0.5, 1.0));
  optimizer.step(one.parameters);
  CHECK(std::isnan(one.p[0]));
  CHECK(std::isnan(one.p[1]));
  CHECK(one.p[2] == 0.0f);
}

TEST_CASE("a lasso problem is solved, with its zeros exactly zero") {
  const Lasso lasso;
  const Eigen::VectorXd solution = lasso.by_coordinates();
  const Eigen::Index zeros = (solution.array() == 0.0).count();
  REQUIRE(zeros >= 6);
  REQUIRE(zeros <= Lasso::unknowns - 3);
  const auto check = [&](auto optimizer) {
    One<double> one(Vector<double>::Constant(Lasso::unknowns, 0.3),
                    Vector<double>::Zero(Lasso::unknowns));
    for (int step = 0; step < 3000; ++step) {
      one.g = lasso.gradient(one.p);
      optimizer.step(one.parameters);
    }
    for (Eigen::Index i = 0; i < Lasso::unknowns; ++i) {
      CAPTURE(i, solution[i], one.p[i]);
      CHECK((one.p[i] == 0.0) == (solution[i] == 0.0));
      CHECK(one.p[i] == Approx(solution[i]).margin(1e-12));
    }
  };
  SECTION("by steps along the gradient") {
    check(et::chain<double>(et::descend_and_shrink(0.5, Lasso::lambda)));
  }
  SECTION("with momentum, which is 1/(1 - mu) as long") {
    check(et::chain<double>(et::momentum({.momentum = 0.5}),
                            et::descend_and_shrink(0.25, Lasso::lambda / 0.5)));
  }
}

TEST_CASE("the same bits everywhere, and nothing allocated") {
  constexpr Eigen::Index n = 1003;
  Vector<float> p(n), g(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    p[i] = noise<float>(1, i) / 3.0f;
    g[i] = noise<float>(2, i) / 7.0f;
  }
  One<float> one(p, g);
  auto optimizer = et::chain<float>(et::descend_and_shrink(0.1, 0.3));
  optimizer.step(one.parameters);
  et::test::at_every_simd_level([&] {
    one.p = p;
    CHECK(et::test::allocations_in([&] { optimizer.step(one.parameters); }) == 0);
    CHECK(et::test::hash_bits(one.p.data(), n) == 0xe4de418c811630a8u);
  });
}

TEST_CASE("a bad lambda throws, and a bad rate does in the step, with nothing changed") {
  CHECK_THROWS_WITH(et::descend_and_shrink(0.1, -1.0),
                    "descend_and_shrink: lambda must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::descend_and_shrink(0.1, std::nan("")),
                    "descend_and_shrink: lambda must be in [0, inf), got nan");
  CHECK_THROWS_AS(et::descend_and_shrink(-0.1, 1.0), std::invalid_argument);
  CHECK(et::descend_and_shrink(0.1, 0.5).lambda() == 0.5);
  CHECK(et::descend_and_shrink(0.1, 0.5).rate()(3) == 0.1);
  One<double> one(Vector<double>{{1.0}}, Vector<double>{{1.0}});
  auto optimizer =
      et::chain<double>(et::descend_and_shrink([](std::int64_t) { return -1.0; }, 0.5));
  CHECK_THROWS_WITH(optimizer.step(one.parameters),
                    "descend_and_shrink: the learning rate must be in [0, inf), but the schedule "
                    "gives -1 at step 0");
  CHECK(one.p[0] == 1.0);
  CHECK(optimizer.count() == 0);
}
