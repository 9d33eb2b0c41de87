// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/schedule_free.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>

#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using et::Index;

namespace {

/// One parameter with its gradient.
struct One {
  Eigen::Matrix<double, 1, 1> p, g;
  et::Parameters<double> list;
  explicit One(double value, const et::ParameterOptions& options = {}) : p(value), g(0.0) {
    list.add("p", p, g, options);
  }
  One(const One&) = delete;
  template <class Optimizer>
  double step(Optimizer& optimizer, double gradient) {
    g[0] = gradient;
    optimizer.step(list);
    return p[0];
  }
};

}  // namespace

TEST_CASE("x is the plain average of z, and y lies between them") {
  One one(8.0);
  auto optimizer = et::chain<double>(et::schedule_free({.learning_rate = 1.0, .momentum = 0.75}));
  // z = 4, 2, −1; x = 4, 3, 5/3.
  CHECK(one.step(optimizer, 4.0) == 4.0);
  CHECK(one.step(optimizer, 2.0) == 0.25 * 2.0 + 0.75 * 3.0);
  CHECK(one.step(optimizer, 3.0) == Approx(0.25 * -1.0 + 0.75 * 5.0 / 3.0).epsilon(1e-15));
  CHECK(optimizer.state<et::ScheduleFree>(0)[0] ==
        Approx(-1.0 - one.p[0]).epsilon(1e-15));  // z − y
  CHECK(optimizer.measured<et::ScheduleFree>().share == Approx(1.0 / 3.0).epsilon(1e-15));
  CHECK(optimizer.measured<et::ScheduleFree>().weight_sum == 3.0);
}

TEST_CASE("steps weigh by their number and by the largest rate so far") {
  One one(0.0);
  auto optimizer = et::chain<double>(et::schedule_free(
      {.learning_rate = 0.5, .warmup_steps = 4, .r = 1.0, .weight_lr_power = 2.0}));
  const auto& measured = optimizer.measured<et::ScheduleFree>();
  double sum = 0.0;
  for (int t = 1; t <= 8; ++t) {
    one.step(optimizer, 1.0);
    const double rate = t < 4 ? 0.125 * t : 0.5;
    sum += t * rate * rate;
    CHECK(measured.rate == rate);
    CHECK(measured.share == Approx(t * rate * rate / sum).epsilon(1e-15));
  }
  // A rate that falls doesn't make the weights fall, and one of zero has none of its own.
  One other(0.0);
  auto falling = et::chain<double>(et::schedule_free({.learning_rate = [](std::int64_t step) {
    return step == 0 ? 0.0 : step == 1 ? 1.0 : 0.5;
  }}));
  for (const double share : {0.0, 1.0, 0.5, 1.0 / 3.0}) {
    other.step(falling, 1.0);
    CHECK(falling.measured<et::ScheduleFree>().share == Approx(share).epsilon(1e-15));
  }
}

TEST_CASE("powers that aren't whole") {
  CHECK(et::detail::real_power(3.0, 0.5)[0] == Approx(std::sqrt(3.0)).epsilon(1e-15));
  CHECK(et::detail::real_power(1e-3, 1.5)[0] == Approx(std::pow(1e-3, 1.5)).epsilon(1e-14));
  CHECK(et::detail::real_power(3.0, 4.0)[0] == 81.0);
  CHECK(et::detail::real_power(2.0, 100.0)[0] == Approx(0x1p100).epsilon(1e-13));
  CHECK(et::detail::real_power(0.0, 0.5)[0] == 0.0);
  CHECK(et::detail::real_power(0.0, 2.0)[0] == 0.0);
  CHECK(et::detail::real_power(0.0, 0.0)[0] == 1.0);
}

TEST_CASE("a weight that is moved by hand takes z along") {
  One one(8.0), other(108.0);
  auto optimizer = et::chain<double>(et::schedule_free({.learning_rate = 1.0}));
  auto second = optimizer;
  for (int step = 0; step < 5; ++step) {
    one.step(optimizer, 0.5 * step);
    other.step(second, 0.5 * step);
  }
  one.p[0] += 100.0;
  for (int step = 0; step < 5; ++step) {
    CHECK(one.step(optimizer, -1.0) == Approx(other.step(second, -1.0)).epsilon(1e-14));
  }
}

TEST_CASE("a tensor that thaws begins where it stands") {
  One one(7.0, {.frozen = true});
  Eigen::VectorXd q{{1.0, 2.0}}, h{{1.0, -1.0}};
  one.list.add("q", q, h);
  auto optimizer = et::chain<double>(et::schedule_free({.learning_rate = 0.5}));
  for (int step = 0; step < 10; ++step) one.step(optimizer, 5.0);
  CHECK(one.p[0] == 7.0);
  one.list.set_options("p", {});
  one.step(optimizer, 0.0);
  CHECK(one.p[0] == 7.0);  // and z, which was kept as z, would have been 0
}

TEST_CASE("a step that throws weighs nothing") {
  One one(1.0);
  bool spoiled = false;
  auto optimizer = et::chain<double>(
      et::schedule_free({.learning_rate = [&](std::int64_t) { return spoiled ? -1.0 : 0.5; }}));
  one.step(optimizer, 1.0);
  spoiled = true;
  CHECK_THROWS_WITH(one.step(optimizer, 1.0),
                    "schedule_free: the learning rate must be in [0, inf), but the schedule gives "
                    "-1 at step 1");
  spoiled = false;
  CHECK(optimizer.measured<et::ScheduleFree>().weight_sum == 0.25);
}

TEST_CASE("the rate may be read and set between steps") {
  One one(0.0);
  auto optimizer = et::chain<double>(et::schedule_free({.learning_rate = 1.0, .momentum = 0.5}));
  one.step(optimizer, 1.0);
  CHECK(optimizer.learning_rate() == 1.0);
  optimizer.set_learning_rate(0.25);
  CHECK(one.step(optimizer, 1.0) == 0.5 * -1.25 + 0.5 * -1.125);
  CHECK(optimizer.measured<et::ScheduleFree>().largest_rate == 1.0);
}

TEST_CASE("options of schedule_free out of range throw") {
  CHECK_THROWS_WITH(et::schedule_free({.momentum = 0.0}),
                    "schedule_free: momentum must be in (0, 1), got 0");
  CHECK_THROWS_WITH(et::schedule_free({.momentum = 1.0}),
                    "schedule_free: momentum must be in (0, 1), got 1");
  CHECK_THROWS_WITH(et::schedule_free({.warmup_steps = -1}),
                    "schedule_free: warmup_steps must be at least 0, got -1");
  CHECK_THROWS_WITH(et::schedule_free({.r = -1.0}), "schedule_free: r must be in [0, inf), got -1");
  CHECK_THROWS_WITH(et::schedule_free({.weight_lr_power = std::nan("")}),
                    "schedule_free: weight_lr_power must be in [0, inf), got nan");
  CHECK(et::schedule_free({}).options().momentum == 0.9);
}

TEST_CASE("what the average weighs comes back, and which of the two the parameters are") {
  Eigen::Vector2d p(1.0, -2.0), g(4.0, -1.0);
  et::Parameters<double> list;
  list.add("p", p, g);
  et::ScheduleFree::Measurement known{0.5, 0.75, 2.0, 0.25}, fresh;
  CHECK(et::test::come_back(known, fresh, list) == 4);
  CHECK(fresh.largest_rate == 0.75);
  et::ScheduleFree averaging = et::schedule_free({}), training = averaging;
  averaging.set_averaging(true);
  CHECK(et::test::come_back(averaging, training) == 1);
  CHECK(training.averaging());
}
