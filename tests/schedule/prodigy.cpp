// SPDX-License-Identifier: MIT
#include "eigentrain/schedule/prodigy.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/visitor.hpp"

namespace et = eigentrain;
using et::Index;

namespace {

using Optimizer = et::Chain<double, et::ProdigyDescent>;

Optimizer make(const et::ProdigyOptions& options) {
  return et::chain<double>(et::prodigy_descent(options));
}
const auto& measured(const Optimizer& optimizer) {
  return optimizer.measured<et::ProdigyDescent>();
}

}  // namespace

TEST_CASE("the first two steps of Prodigy, by hand") {
  Eigen::Vector2d p(1.0, -2.0), g(4.0, -1.0);
  et::Parameters<double> list;
  list.add("p", p, g);
  auto optimizer = make({.beta1 = 0.5, .beta2 = 0.75, .beta3 = 0.5, .epsilon = 0.25, .d0 = 0.125});
  optimizer.step(list);
  // d = d₀ = ⅛: s = d·g, nothing travelled yet, m = ½·d·g, v = ¼·d²·g².
  CHECK(measured(optimizer).d == 0.125);
  CHECK(measured(optimizer).numerator == 0.0);
  CHECK(measured(optimizer).denominator == 0.625);
  const auto first = [](double gradient) {
    return 0.125 * (0.0625 * gradient) / (0.0625 * std::abs(gradient) + 0.125 * 0.25);
  };
  const double p1 = 1.0 - first(4.0), p2 = -2.0 - first(-1.0);
  CHECK(p[0] == Approx(p1).epsilon(1e-15));
  CHECK(p[1] == Approx(p2).epsilon(1e-15));

  g << 2.0, -3.0;
  optimizer.step(list);
  const double numerator = 0.125 * (2.0 * (1.0 - p1) - 3.0 * (-2.0 - p2));
  const double s1 = 0.5 * 0.5 + 0.125 * 2.0, s2 = 0.5 * -0.125 + 0.125 * -3.0;
  const double d = numerator / (s1 - s2);
  REQUIRE(d < 0.125);  // no more than the first estimate: it stays
  CHECK(measured(optimizer).d == 0.125);
  CHECK(measured(optimizer).numerator == Approx(numerator).epsilon(1e-14));
  CHECK(measured(optimizer).denominator == Approx(s1 - s2).epsilon(1e-15));
  const double m1 = 0.5 * 0.25 + 0.0625 * 2.0, v1 = 0.75 * 0.0625 + 0.25 * 0.0625;
  CHECK(p[0] == Approx(p1 - 0.125 * m1 / (std::sqrt(v1) + 0.03125)).epsilon(1e-14));
}

TEST_CASE("the estimate grows to the distance, from any first one") {
  const Eigen::VectorXd target{{30.0, -20.0, 10.0, 5.0}};
  for (const double d0 : {1e-6, 1e-3}) {
    Eigen::VectorXd p = Eigen::VectorXd::Zero(4), g(4);
    et::Parameters<double> list;
    list.add("p", p, g);
    auto optimizer = make({.d0 = d0});
    for (int step = 0; step < 1000; ++step) {
      g = (p - target).cwiseSign();  // |x − x*|: the gradient says nothing of the distance
      optimizer.step(list);
    }
    const double d = measured(optimizer).d;
    CHECK(d > 0.1);
    CHECK(d < 30.0);
    CHECK((p - target).cwiseAbs().maxCoeff() < 3.0 * d);
  }
}

TEST_CASE("growth is limited once the first estimate is left, and d_coef scales") {
  Eigen::VectorXd p = Eigen::VectorXd::Zero(1), g = Eigen::VectorXd::Constant(1, -1.0);
  et::Parameters<double> list;
  list.add("p", p, g);
  auto slow = make({.growth_rate = 1.25});
  double last = 1e-6, largest = 0.0;
  for (int step = 0; step < 40; ++step) {
    slow.step(list);
    if (last > 1e-6) largest = std::max(largest, measured(slow).d / last);
    last = measured(slow).d;
  }
  CHECK(largest == Approx(1.25).epsilon(1e-12));
  p.setZero();
  auto plain = make({.d0 = 1e-6}), doubled = make({.d0 = 1e-6, .d_coef = 2.0});
  for (int step = 0; step < 20; ++step) plain.step(list);
  p.setZero();
  for (int step = 0; step < 20; ++step) doubled.step(list);
  CHECK(measured(doubled).d > 1.9 * measured(plain).d);
}

TEST_CASE("a rate of zero changes nothing, and no gradient leaves the estimate alone") {
  Eigen::VectorXd p = Eigen::VectorXd::Ones(3), g = p, zero = Eigen::VectorXd::Zero(3);
  et::Parameters<double> list, still;
  list.add("p", p, g);
  const auto schedule = [](std::int64_t step) { return step == 1 ? 0.0 : 1.0; };
  auto optimizer = make({.learning_rate = schedule, .d0 = 0.01}), copy = optimizer;
  optimizer.step(list);
  const Eigen::VectorXd before = p, state = optimizer.state<et::ProdigyDescent>(0, 2);
  const double sum = measured(optimizer).denominator;
  optimizer.step(list);
  CHECK(p == before);
  CHECK(optimizer.state<et::ProdigyDescent>(0, 2).matrix() == state);
  CHECK(measured(optimizer).denominator == sum);
  CHECK(optimizer.count() == 2);
  CHECK(optimizer.learning_rate() == 1.0);
  optimizer.set_learning_rate(0.0);
  optimizer.step(list);
  CHECK(p == before);

  still.add("p", p, zero);
  for (int step = 0; step < 3; ++step) copy.step(still);
  CHECK(p == before);
  CHECK(measured(copy).d == 0.01);
}

TEST_CASE("a tensor that thaws is measured from where it stands then") {
  Eigen::VectorXd p = Eigen::VectorXd::Constant(2, 5.0), g = Eigen::VectorXd::Ones(2), q = p, h = g;
  et::Parameters<double> list;
  list.add("q", q, h).add("p", p, g, {.frozen = true});
  auto optimizer = make({.d0 = 1e-3});
  optimizer.step(list);
  CHECK(optimizer.state<et::ProdigyDescent>(0, 1)[0] == 5.0);
  p.setConstant(1e6);
  list.set_options("p", {});
  optimizer.step(list);
  CHECK(optimizer.state<et::ProdigyDescent>(1, 1)[0] == 1e6);
  CHECK(measured(optimizer).d < 0.01);  // 1e6 is no way that it has gone
  CHECK(et::test::allocations_in([&] { optimizer.step(list); }) == 0);
  CHECK(optimizer.state<et::ProdigyDescent>(1, 1)[0] == 1e6);
}

TEST_CASE("options of prodigy_descent out of range throw") {
  const auto bad = [](const et::ProdigyOptions& options, const char* words) {
    CHECK_THROWS_WITH(et::prodigy_descent(options), words);
  };
  bad({.beta1 = 1.0}, "prodigy_descent: beta1 must be in [0, 1), got 1");
  bad({.beta2 = 1.5}, "prodigy_descent: beta2 must be in [0, 1), got 1.5");
  bad({.beta3 = -0.5}, "prodigy_descent: beta3 must be in [0, 1), got -0.5");
  bad({.epsilon = 0.0}, "prodigy_descent: epsilon must be in (0, inf), got 0");
  bad({.weight_decay = -1.0}, "prodigy_descent: weight_decay must be in [0, inf), got -1");
  bad({.d0 = 0.0}, "prodigy_descent: d0 must be in (0, inf), got 0");
  bad({.d_coef = std::nan("")}, "prodigy_descent: d_coef must be in (0, inf), got nan");
  bad({.growth_rate = 0.5}, "prodigy_descent: growth_rate must be in [1, inf], got 0.5");
  CHECK(et::prodigy_descent({}).options().beta3 == std::sqrt(0.999));
}

TEST_CASE("what Prodigy knows comes back, and nothing that can't be") {
  Eigen::Vector2d p(1.0, -2.0), g(4.0, -1.0);
  et::Parameters<double> list;
  list.add("p", p, g);
  auto optimizer = make({});
  optimizer.step(list), optimizer.step(list);
  et::ProdigyDescent::Measurement known = measured(optimizer), fresh;
  CHECK(et::test::come_back(known, fresh, list) == 6);
  CHECK(fresh.d == known.d);
  CHECK(fresh.seen[0] == 2);
  CHECK(et::test::fault_with(known, "corrected", -1, list) ==
        "prodigy_descent: corrected must be at least 0, got -1");
  CHECK(et::test::fault_with(known, "seen", 0, list) == "none");
  CHECK(et::test::fault_with(known, "seen", 3, list) == "seen: must be 0, 1 or 2");
  CHECK(et::test::fault_with(known, "seen", 255, list) == "seen: must be 0, 1 or 2");
}
