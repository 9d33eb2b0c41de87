// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/scheduled.hpp"

#include <cmath>

#include "eigentrain/direction/adam.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/accumulate.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using et::test::probe;

namespace {

double half_then_quarter(std::int64_t step) {
  return step < 2 ? 0.5 : 0.25;
}

struct One {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(3), g = Eigen::VectorXd::Ones(3);
  et::Parameters<double> parameters;
  One() { parameters.add("p", p, g); }
};

}  // namespace

TEST_CASE("momentum may follow a schedule, with the buffer that is there") {
  auto update = probe<double>(et::scheduled(
      [](std::int64_t step) { return et::momentum({.momentum = half_then_quarter(step)}); }));
  CHECK(update(8.0) == 8.0);
  CHECK(update(0.0) == 4.0);
  CHECK(update(0.0) == 1.0);
  CHECK(update(4.0) == 4.25);
}

TEST_CASE("weight decay may follow a schedule") {
  auto update = probe<double>(et::scheduled(
      [](std::int64_t step) { return et::decay_weights(0.5 * static_cast<double>(step)); }));
  CHECK(update(1.0, 4.0) == 1.0);
  CHECK(update(1.0, 4.0) == 3.0);
  CHECK(update(1.0, 4.0) == 5.0);
}

TEST_CASE("bias corrections are those of the present beta") {
  auto update = probe<double>(et::scheduled([](std::int64_t step) {
    return et::adam_direction(
        {.beta1 = half_then_quarter(step), .beta2 = 1.0 - half_then_quarter(step), .epsilon = 1.0});
  }));
  CHECK(update(4.0) == Approx(4.0 / 5.0));
  CHECK(update(4.0) == Approx(4.0 / 5.0));
  const double m = 0.25 * 3.0 + 0.75 * 4.0, v = 0.75 * 12.0 + 0.25 * 16.0;
  const double corrected = m / (1.0 - std::pow(0.25, 3)),
               root = std::sqrt(v / (1.0 - std::pow(0.75, 3)));
  CHECK(update(4.0) == Approx(corrected / (root + 1.0)).epsilon(1e-14));
}

TEST_CASE("so may the limit of a transform that measures, with its verdicts and measurements") {
  One one;
  one.g = Eigen::Vector3d(3.0, 0.0, 4.0);
  auto clip = et::scheduled([](std::int64_t step) {
    return et::clip_by_global_norm(step == 1 ? 1.0 : 10.0, {.non_finite = {et::NonFinite::skip}});
  });
  auto optimizer = et::chain<double>(clip);
  optimizer.step(one.parameters);
  CHECK(one.p == Eigen::Vector3d(-3.0, 0.0, -4.0));
  optimizer.step(one.parameters);
  CHECK(one.p[2] == Approx(-4.8));
  const auto& measured = optimizer.measured<decltype(clip)>();
  CHECK(measured.norm == 5.0);
  CHECK(measured.step == 1);
  one.g[1] = std::nan("");
  CHECK_FALSE(optimizer.step(one.parameters));
  CHECK(optimizer.count() == 2);
}

TEST_CASE("what a transform measures is saved and comes back") {
  One one;
  one.g[0] = 30.0;
  const auto clip = et::scheduled([](std::int64_t) { return et::clip_by_global_norm(1.0); });
  auto optimizer = et::chain<double>(clip), fresh = optimizer;
  optimizer.step(one.parameters);
  et::test::MemoryVisitor visit;
  optimizer.visit_state(visit, one.parameters);
  visit.restores = true;
  fresh.visit_state(visit, one.parameters);
  using Clip = std::remove_const_t<decltype(clip)>;
  CHECK(fresh.measured<Clip>().norm == optimizer.measured<Clip>().norm);
  CHECK(fresh.measured<Clip>().clipped == 1);
}

TEST_CASE("gathering goes through") {
  One one;
  auto optimizer =
      et::chain<double>(et::scheduled([](std::int64_t step) { return et::accumulate(step + 1); }));
  CHECK(optimizer.step(one.parameters));
  CHECK_FALSE(optimizer.step(one.parameters));
  one.g.setConstant(3.0);
  CHECK(optimizer.step(one.parameters));
  CHECK(one.p == Eigen::Vector3d::Constant(-3.0));
}

TEST_CASE("a step with options out of range throws and changes nothing") {
  One one;
  auto optimizer = et::chain<double>(et::scheduled(
      [](std::int64_t step) { return et::momentum({.momentum = step == 1 ? 1.5 : 0.5}); }));
  optimizer.step(one.parameters);
  CHECK_THROWS_WITH(optimizer.step(one.parameters),
                    "momentum: momentum must be in [0, 1), got 1.5");
  CHECK(one.p == Eigen::Vector3d::Constant(-1.0));
  CHECK(optimizer.count() == 1);
  CHECK_THROWS_WITH(et::scheduled([](std::int64_t) { return et::decay_weights(-1.0); }),
                    "decay_weights: decay must be in [0, inf), got -1");
  auto growing = et::chain<double>(et::scheduled(
      [](std::int64_t step) { return et::momentum({.momentum = step == 0 ? 0.0 : 0.5}); }));
  growing.step(one.parameters);
  CHECK_THROWS_WITH(growing.step(one.parameters),
                    "scheduled: the transform keeps 1 state values now, but kept 0 in step 0, "
                    "which says how many there are");
}

TEST_CASE("state that isn't used for a while stays") {
  auto update = probe<double>(et::scheduled(
      [](std::int64_t step) { return et::momentum({.momentum = step == 1 ? 0.0 : 0.5}); }));
  CHECK(update(8.0) == 8.0);
  CHECK(update(1.0) == 1.0);
  CHECK(update(0.0) == 4.0);
}

TEST_CASE("a constant schedule gives the bits of the transform itself, and allocates nothing") {
  et::test::at_every_level([] {
    Eigen::VectorXf p(41), q(41), g(41);
    et::Parameters<float> parameters, others;
    parameters.add("p", p, g);
    others.add("q", q, g);
    for (Eigen::Index i = 0; i < 41; ++i) p[i] = q[i] = et::test::noise<float>(1000, i);
    auto plain = et::chain<float>(et::adam_direction({.beta2 = 0.98}), et::decay_weights(0.25));
    auto made = et::chain<float>(
        et::scheduled([](std::int64_t) { return et::adam_direction({.beta2 = 0.98}); }),
        et::scheduled([](std::int64_t) { return et::decay_weights(0.25); }));
    for (int step = 0; step < 70; ++step) {
      for (Eigen::Index i = 0; i < 41; ++i) g[i] = et::test::noise<float>(step, i);
      plain.step(parameters);
      const auto allocations = et::test::allocations_in([&] { made.step(others); });
      if (step > 0) CHECK(allocations == 0);
    }
    CHECK(et::test::same_bits(p, q));
  });
}
