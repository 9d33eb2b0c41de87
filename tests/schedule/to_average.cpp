// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/to_average.hpp"

#include <Eigen/Core>
#include <cstdint>

#include "eigentrain/schedule/descend.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Index;
using et::test::same_bits;

namespace {

/// A block, a frozen vector and nothing, with gradients.
struct Model {
  Eigen::MatrixXf p = Eigen::MatrixXf::Zero(9, 8), g = p;
  Eigen::VectorXf ice = Eigen::VectorXf::Constant(5, 3.0f), heat = ice, none, none_g;
  et::Parameters<float> list;
  Model() {
    for (Index i = 0; i < p.size(); ++i) p.data()[i] = et::test::noise<float>(-1, i);
    list.add("none", none, none_g).add("p", p.topRows(7), g.topRows(7));
    list.add("ice", ice, heat, {.frozen = true});
  }
  Model(const Model&) = delete;
  template <class Optimizer>
  void step(Optimizer& optimizer, int count) {
    for (int step = 0; step < count; ++step) {
      for (Index i = 0; i < g.size(); ++i) g.data()[i] = et::test::noise<float>(step, i) + 0.2f;
      optimizer.step(list);
    }
  }
};

auto make(double momentum = 0.75) {
  return et::chain<float>(et::schedule_free({.learning_rate = 0.5, .momentum = momentum}));
}

}  // namespace

TEST_CASE("the average of all z, there and back") {
  Model model;
  auto optimizer = make();
  // z and x by hand, from the same gradients.
  Eigen::MatrixXd z = model.p.topRows(7).cast<double>(), x = z;
  for (int step = 0; step < 20; ++step) {
    for (Index i = 0; i < model.g.size(); ++i) {
      model.g.data()[i] = et::test::noise<float>(step, i) + 0.2f;
    }
    optimizer.step(model.list);
    z -= 0.5 * model.g.topRows(7).cast<double>();
    x += (z - x) / (step + 1.0);
  }
  const Eigen::MatrixXf y = model.p, state = optimizer.state<et::ScheduleFree>(1);
  CHECK((y.topRows(7).cast<double>() - (0.25 * z + 0.75 * x)).cwiseAbs().maxCoeff() < 1e-5);

  CHECK(et::test::allocations_in([&] { et::to_average(optimizer, model.list); }) == 0);
  CHECK((model.p.topRows(7).cast<double>() - x).cwiseAbs().maxCoeff() < 1e-5);
  CHECK((model.p.topRows(7) - y.topRows(7)).cwiseAbs().minCoeff() > 0.01f);
  CHECK(model.p.bottomRows(2) == y.bottomRows(2));
  CHECK((model.ice.array() == 3.0f).all());
  CHECK(optimizer.state<et::ScheduleFree>(1).matrix() == state);
  const Eigen::MatrixXf average = model.p;
  et::to_average(optimizer, model.list);  // does nothing the second time
  CHECK(same_bits(model.p, average));

  et::to_training(optimizer, model.list);
  CHECK((model.p - y).cwiseAbs().maxCoeff() <= 0x1p-22f);
  et::to_training(optimizer, model.list);
  CHECK((model.p - y).cwiseAbs().maxCoeff() <= 0x1p-22f);
  model.step(optimizer, 1);
  CHECK(optimizer.count() == 21);
}

TEST_CASE("a step throws while the parameters are averages, with nothing changed") {
  Model model;
  auto optimizer = make();
  model.step(optimizer, 3);
  et::to_average(optimizer, model.list);
  auto copy = optimizer;
  const Eigen::MatrixXf before = model.p;
  for (auto* each : {&optimizer, &copy}) {
    CHECK_THROWS_WITH(model.step(*each, 1),
                      "schedule_free: the parameters are averages since to_average(); call "
                      "to_training() before the next step");
    CHECK(same_bits(model.p, before));
    CHECK(each->count() == 3);
    CHECK(each->measured<et::ScheduleFree>().weight_sum == 0.75);
  }
}

TEST_CASE("before the first step there is nothing to move") {
  Model model;
  auto optimizer = make();
  const Eigen::MatrixXf before = model.p;
  et::to_average(optimizer, model.list);
  CHECK(same_bits(model.p, before));
  CHECK_THROWS_AS(model.step(optimizer, 1), std::invalid_argument);
  et::to_training(optimizer, model.list);
  model.step(optimizer, 1);
  CHECK(optimizer.count() == 1);
}

TEST_CASE("another list than that of the steps is refused, with nothing changed") {
  Model model;
  auto optimizer = make();
  model.step(optimizer, 3);
  Eigen::VectorXf q = Eigen::VectorXf::Ones(56), h = q, r = q, s = q;
  et::Parameters<float> others;
  others.add("q", q, h);
  CHECK_THROWS_WITH(et::to_average(optimizer, others),
                    "q: it has 56 values, but the optimizer's tensor 0 has 0");
  Eigen::VectorXf empty, empty_g;
  et::Parameters<float> more;
  more.add("empty", empty, empty_g).add("q", q, h).add("r", r, s);
  CHECK_THROWS_WITH(et::to_average(optimizer, more),
                    "r: it has 56 values, but the optimizer's tensor 2 has 5");
  CHECK((q.array() == 1.0f).all());
  CHECK(!optimizer.get<et::ScheduleFree>().averaging());
}

TEST_CASE("only chains with schedule_free() in them have an average") {
  CHECK(et::Averaging<decltype(make())>);
  CHECK(!et::Averaging<decltype(et::chain<float>(et::descend(1.0)))>);
}

TEST_CASE("averages have the same bits at every level") {
  et::test::at_every_level([] {
    Model model;
    auto optimizer = make(0.9);
    model.step(optimizer, 30);
    et::to_average(optimizer, model.list);
    CHECK(et::test::hash_bits(model.p.data(), model.p.size()) == 0x518ED92624FDBCA7u);
    et::to_training(optimizer, model.list);
    CHECK(et::test::hash_bits(model.p.data(), model.p.size()) == 0x46DAD46AB973C127u);
  });
}
