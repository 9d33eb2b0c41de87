// SPDX-License-Identifier: MIT
#include "eigentrain/gradient/accumulate.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "eigentrain/direction/adam.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "eigentrain/schedule/step.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::test::noise;
using et::test::same_bits;

namespace {

// A model of a matrix with gaps, and a vector.
template <class S>
struct Model {
  Eigen::MatrixX<S> W = Eigen::MatrixX<S>::Zero(7, 5), dW = W;
  Eigen::VectorX<S> b = Eigen::VectorX<S>::Zero(37), db = b;
  et::Parameters<S> parameters;

  Model() {
    for (et::Index i = 0; i < W.size(); ++i) W.data()[i] = noise<S>(-1, i);
    parameters.add("W", W.topRows(6), dW.topRows(6)).add("b", b, db);
  }
  void see(const Eigen::VectorX<S>& gradient) {
    for (et::Index i = 0; i < 30; ++i) dW(i % 6, i / 6) = gradient[i];
    db = gradient.tail(37);
  }
  Eigen::VectorX<S> values() const {
    Eigen::VectorX<S> all(67);
    for (et::Index i = 0; i < 30; ++i) all[i] = W(i % 6, i / 6);
    all.tail(37) = b;
    return all;
  }
};

// Multiples of 2⁻¹¹ in [−1, 1): sums of up to 2¹² of them are exact in float.
template <class S>
Eigen::VectorX<S> gradient(std::int64_t batch) {
  Eigen::VectorX<S> g(67);
  for (et::Index i = 0; i < g.size(); ++i) g[i] = noise<S>(batch, i);
  return g;
}

template <class S, class... T>
auto inner(T... front) {
  return et::chain<S>(std::move(front)..., et::adam_direction({}), et::descend(0.01));
}

// Writes down which steps it was asked for.
struct Counting {
  std::vector<std::int64_t>* asked;
  template <class S>
  auto at(const et::Step& step) const {
    asked->push_back(step.index());
    return [](const auto& u, const auto&) { return u; };
  }
};

}  // namespace

TEMPLATE_TEST_CASE("K micro-batches make the step of their mean, bit by bit where sums are exact",
                   "", float, double) {
  using S = TestType;
  for (const std::int64_t K : {1, 2, 4, 8, 64}) {
    et::test::at_every_level([&] {
      Model<S> gathered, large;
      auto small_steps = inner<S>(et::accumulate(K));
      auto large_steps = inner<S>();
      for (std::int64_t step = 0; step < 5; ++step) {
        Eigen::VectorX<S> mean = Eigen::VectorX<S>::Zero(67);
        for (std::int64_t k = 0; k < K; ++k) {
          const Eigen::VectorX<S> g = gradient<S>(step * K + k);
          mean += g / S(K);  // exact: K is a power of two
          gathered.see(g);
          const Eigen::VectorX<S> before = gathered.values();
          const bool made = small_steps.step(gathered.parameters);
          CHECK(made == (k == K - 1));
          if (!made) CHECK(same_bits(gathered.values(), before));
          CHECK(small_steps.count() == (made ? step + 1 : step));
          CHECK(small_steps.template measured<et::Accumulate>().gathered == (k + 1) % K);
        }
        large.see(mean);
        large_steps.step(large.parameters);
        CHECK(same_bits(gathered.values(), large.values()));
      }
    });
  }
}

// The mean is (…((g₁ + g₂) + g₃)… + g_K) / K. With u the unit roundoff, K − 1 sums (the first is
// exact, to zero) and one quotient round: |error| ≤ ((1 + u)ᴷ − 1) · Σ|g_k| / K.
TEMPLATE_TEST_CASE("elsewhere the mean is off by no more than K roundings of the mean of |g|", "",
                   float, double) {
  using S = TestType;
  const long double u = std::numeric_limits<S>::epsilon() / 2;
  for (const std::int64_t K : {2, 3, 5, 7, 10, 100}) {
    Model<S> model;
    model.W.setZero();
    auto chain = et::chain<S>(et::accumulate(K));  // p ← p − mean, from 0: exact
    std::vector<long double> sum(67, 0), absolute(67, 0);
    for (std::int64_t k = 0; k < K; ++k) {
      Eigen::VectorX<S> g = gradient<S>(k);
      for (et::Index i = 0; i < 67; ++i) {
        g[i] = g[i] / S(3) * S(std::pow(10.0, double(k % 3)));
        sum[std::size_t(i)] += g[i];
        absolute[std::size_t(i)] += std::fabs(static_cast<long double>(g[i]));
      }
      model.see(g);
      chain.step(model.parameters);
    }
    REQUIRE(chain.count() == 1);
    const Eigen::VectorX<S> mean = -model.values();
    const long double bound = std::pow(1 + u, static_cast<long double>(K)) - 1;
    bool rounded = false;
    for (std::size_t i = 0; i < 67; ++i) {
      const long double error = mean[et::Index(i)] - sum[i] / static_cast<long double>(K);
      rounded = rounded || error != 0;
      if (std::fabs(error) > bound * absolute[i] / static_cast<long double>(K) * 1.001L) {
        FAIL_CHECK(K << " batches, element " << i << ": off by " << double(error));
      }
    }
    CHECK(rounded);  // else the numbers were too easy
  }
}

TEMPLATE_TEST_CASE("equal gradients are their own mean, for any number of them", "", float,
                   double) {
  using S = TestType;
  const Eigen::VectorX<S> g = gradient<S>(1);
  for (std::int64_t K = 1; K <= 100; ++K) {  // sums are exact, and a quotient is rounded once
    Model<S> model;
    model.W.setZero();
    auto chain = et::chain<S>(et::accumulate(K));
    model.see(g);
    for (std::int64_t k = 0; k < K; ++k) chain.step(model.parameters);
    if (model.values() != -g) FAIL_CHECK(K << " batches");
  }
}

TEST_CASE("one batch a step is the chain without accumulate, bit by bit") {
  Model<float> with, without;
  auto first = inner<float>(et::clip_by_global_norm(0.7), et::accumulate(1));
  auto second = inner<float>(et::clip_by_global_norm(0.7));
  for (std::int64_t step = 0; step < 20; ++step) {
    const Eigen::VectorXf g = gradient<float>(step) / 7.0f;
    with.see(g);
    without.see(g);
    CHECK(first.step(with.parameters));
    second.step(without.parameters);
    CHECK(same_bits(with.values(), without.values()));
  }
  CHECK(first.count() == 20);
}

TEST_CASE("schedules and bias corrections count the steps that are made") {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(1), g = Eigen::VectorXd::Ones(1);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  std::vector<std::int64_t> asked;
  auto chain = et::chain<double>(et::accumulate(3), Counting{&asked},
                                 et::descend(et::step_decay({.initial = 1.0, .period = 1})));
  for (int i = 0; i < 9; ++i) chain.step(parameters);
  CHECK(asked == std::vector<std::int64_t>{0, 1, 2});
  CHECK(chain.count() == 3);
  CHECK(p[0] == Approx(-(1.0 + 0.1 + 0.01)));
}

TEST_CASE("what stands before runs for every micro-batch, what stands behind once a step") {
  // Per-example clipping: each gradient is clipped alone, then averaged.
  const auto example = [](double x, double y) { return Eigen::Vector2d(x, y); };
  const std::vector<Eigen::Vector2d> examples = {example(3, 4), example(0.3, 0.4), example(-8, 6),
                                                 example(0, 0)};
  Eigen::Vector2d p = Eigen::Vector2d::Zero(), g, wanted = p, sum = p;
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto before = et::chain<double>(et::clip_by_global_norm(1.0), et::accumulate(4));
  for (const Eigen::Vector2d& e : examples) {
    const double factor = std::min(1.0, 1.0 / (e.norm() + 1e-6));
    wanted += factor * e / 4.0;
    sum += e / 4.0;
    g = e;
    before.step(parameters);
    CHECK(before.measured<et::ClipByGlobalNorm>().norm == Approx(e.norm()));
  }
  CHECK(p.isApprox(-wanted, 1e-14));
  CHECK(before.measured<et::ClipByGlobalNorm>().clipped == 2);

  p.setZero();
  auto behind = et::chain<double>(et::accumulate(4), et::clip_by_global_norm(1.0));
  for (const Eigen::Vector2d& e : examples) {
    CHECK(behind.measured<et::ClipByGlobalNorm>().norm == 0.0);  // until the step is made
    g = e;
    behind.step(parameters);
  }
  CHECK(behind.measured<et::ClipByGlobalNorm>().norm == Approx(sum.norm()));
  CHECK(behind.measured<et::ClipByGlobalNorm>().clipped == 1);
  CHECK(p.isApprox(-sum / (sum.norm() + 1e-6), 1e-14));
}

TEST_CASE("state before it moves with every micro-batch") {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(20), g = Eigen::VectorXd::Ones(20);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  auto chain = et::chain<double>(et::momentum({.momentum = 0.5}), et::accumulate(2),
                                 et::momentum({.momentum = 0.5}));
  chain.step(parameters);  // 1
  CHECK(p.isZero(0.0));
  chain.step(parameters);  // 1.5: mean 1.25
  CHECK(p[0] == -1.25);
  chain.step(parameters);  // 1.75
  chain.step(parameters);  // 1.875: mean 1.8125, behind it 0.5 · 1.25 more
  CHECK(p[19] == -1.25 - (1.8125 + 0.625));
}

TEST_CASE("only the first call allocates, whether it makes a step or not") {
  Model<float> model;
  auto chain = inner<float>(et::clip_by_global_norm(1.0), et::accumulate(3));
  model.see(gradient<float>(0));
  chain.step(model.parameters);
  for (int i = 0; i < 7; ++i) {
    CHECK(et::test::allocations_in([&] { chain.step(model.parameters); }) == 0);
  }
  CHECK(chain.count() == 2);
}

TEST_CASE("a copy in the middle of a round goes on from the same point") {
  for (std::int64_t copied_after = 0; copied_after <= 6; ++copied_after) {
    Model<float> one;
    auto chain = inner<float>(et::accumulate(3));
    for (std::int64_t k = 0; k < copied_after; ++k) {
      one.see(gradient<float>(k));
      chain.step(one.parameters);
    }
    auto twin = chain;
    auto assigned = inner<float>(et::accumulate(3));
    assigned = chain;
    Model<float> two, three;
    two.W = three.W = one.W;
    two.b = three.b = one.b;
    for (std::int64_t k = copied_after; k < 9; ++k) {
      bool made[3];
      int i = 0;
      for (auto [model, optimizer] :
           {std::pair(&one, &chain), std::pair(&two, &twin), std::pair(&three, &assigned)}) {
        model->see(gradient<float>(k));
        made[i++] = optimizer->step(model->parameters);
      }
      CHECK(made[0] == (k % 3 == 2));
      CHECK(made[1] == made[0]);
      CHECK(made[2] == made[0]);
    }
    CHECK(same_bits(one.values(), two.values()));
    CHECK(same_bits(one.values(), three.values()));
    CHECK(chain.count() == 3);
  }
}

TEST_CASE("a micro-batch that is not finite is dropped and not counted, if clipping skips it") {
  const auto skips = [] {
    return et::clip_by_global_norm(std::numeric_limits<double>::infinity(),
                                   {.non_finite = {.policy = et::NonFinite::skip}});
  };
  Model<float> with, without;
  auto chain = inner<float>(skips(), et::accumulate(4));
  auto clean = inner<float>(skips(), et::accumulate(4));
  std::int64_t bad = 0;
  for (std::int64_t k = 0; k < 8; ++k) {
    if (k == 0 || k == 2 || k == 3 || k == 7) {  // the first, some between, and before the last
      with.see(gradient<float>(100 + k));
      (k % 2 == 0 ? with.db[5] : with.dW(1, 1)) =
          k == 2 ? std::numeric_limits<float>::infinity() : std::nanf("");
      const Eigen::VectorXf before = with.values();
      const std::int64_t gathered = chain.measured<et::Accumulate>().gathered;
      CHECK_FALSE(chain.step(with.parameters));
      CHECK(same_bits(with.values(), before));
      CHECK(chain.measured<et::Accumulate>().gathered == gathered);
      CHECK(chain.measured<et::ClipByGlobalNorm>().skipped == ++bad);
    }
    const Eigen::VectorXf g = gradient<float>(k);
    with.see(g);
    without.see(g);
    CHECK(chain.step(with.parameters) == clean.step(without.parameters));
    CHECK(chain.measured<et::ClipByGlobalNorm>().skipped_in_row == 0);
  }
  CHECK(chain.count() == 2);
  CHECK(same_bits(with.values(), without.values()));
  CHECK(with.values().allFinite());
}

TEST_CASE("a micro-batch that is refused leaves the round as it was") {
  Model<double> model, clean;
  auto chain = inner<double>(et::clip_by_global_norm(1.0), et::accumulate(2));
  auto twin = chain;
  for (std::int64_t k = 0; k < 2; ++k) {
    const Eigen::VectorXd g = gradient<double>(k);
    clean.see(g);
    twin.step(clean.parameters);
    model.see(g);
    model.db[0] = std::nan("");
    CHECK_THROWS_AS(chain.step(model.parameters), std::invalid_argument);
    CHECK(chain.measured<et::Accumulate>().gathered == k);
    model.see(g);
    chain.step(model.parameters);
  }
  CHECK(same_bits(model.values(), clean.values()));
}

TEST_CASE("the list may not change within a round") {
  Model<float> model;
  auto chain = inner<float>(et::accumulate(2));
  model.see(gradient<float>(0));
  chain.step(model.parameters);
  Eigen::VectorXf c(2), dc(2);
  model.parameters.add("c", c, dc);
  CHECK_THROWS_WITH(chain.step(model.parameters),
                    "step: the list had 2 tensors in the first step and has 3 now");
}

TEST_CASE("a step takes at least one micro-batch") {
  CHECK(et::accumulate(1).batches() == 1);
  CHECK(et::accumulate(7).batches() == 7);
  CHECK_THROWS_WITH(et::accumulate(0), "accumulate: batches must be at least 1, got 0");
  CHECK_THROWS_WITH(et::accumulate(-4), "accumulate: batches must be at least 1, got -4");
}
