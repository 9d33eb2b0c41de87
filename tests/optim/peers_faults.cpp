// SPDX-License-Identifier: MIT
// Faults that optimizers of other small libraries have had, one test each. Over the table where the
// fault could befall any optimizer; by numbers from the papers where it belongs to one.
#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "support/catch.hpp"
#include "support/optimizers.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;
using et::Index;
using et::test::noise;
using et::test::optimizers;
using et::test::Reach;
using et::test::same_bits;

namespace {

using Vector = Eigen::VectorXd;
constexpr double rate = 0.0625;

Vector values(std::int64_t step, Index n) {
  Vector result(n);
  for (Index i = 0; i < n; ++i) result[i] = noise<double>(step, i);
  return result;
}

/// The updates of one parameter at zero under constant gradients, step after step.
template <class Optimizer>
std::vector<double> updates(Optimizer optimizer, const std::vector<double>& slopes) {
  Eigen::Matrix<double, 1, 1> p, g;
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  std::vector<double> result;
  for (const double slope : slopes) {
    p[0] = 0.0;
    g[0] = slope;
    optimizer.step(parameters);
    result.push_back(-p[0]);
  }
  return result;
}

void check_near(const std::vector<double>& result, const std::vector<double>& expected,
                double tolerance) {
  REQUIRE(result.size() == expected.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(result[i] - expected[i]) <= tolerance);
  }
}

#define FOR_EVERY_OPTIMIZER(c) \
  for (const auto& c : optimizers<double>()) DYNAMIC_SECTION(c.name)

}  // namespace

TEST_CASE("the powers of the betas belong to the step: the number of tensors changes nothing") {
  // Two libraries advance them at every tensor, so that the correction fades too fast: in Adam's
  // first step the tensors move by 1, 0.744, 0.639 ... times the rate.
  FOR_EVERY_OPTIMIZER(c) {
    if (c.traits.reach == Reach::list) continue;  // more tensors, another norm
    Vector alone = values(-1, 9), g = alone;
    et::Parameters<double> one, five;
    one.add("p", alone, g);
    std::vector<Vector> ps(5, alone), gs(5, g);
    for (std::size_t i = 0; i < ps.size(); ++i) five.add("p" + std::to_string(i), ps[i], gs[i]);
    auto first = c.make(rate), second = c.make(rate);
    for (int step = 0; step < 10; ++step) {
      g = values(step, 9);
      for (Vector& other : gs) other = g;
      first.step(one);
      second.step(five);
    }
    CHECK(second.count() == 10 / c.traits.batches);
    for (const Vector& p : ps) CHECK(same_bits(p, alone));
  }
}

TEST_CASE("the first step has t = 1") {
  // With t = 2 in the first step, Adam's would be 0.1 / 0.19 · √0.001999 / √0.001 = 0.744.
  check_near(updates(et::Adam<double>({.learning_rate = 1.0}), {3.0, 3.0, 3.0}), {1, 1, 1}, 1e-8);
  check_near(updates(et::AdamW<double>({.learning_rate = 1.0}), {-3.0, -3.0}), {-1, -1}, 1e-8);
  check_near(updates(et::AmsGrad<double>({.learning_rate = 1.0}), {0.5, 0.5}), {1, 1}, 1e-7);
}

TEST_CASE("starting anew forgets the moments and the counter, both") {
  // Moments at zero with the powers of an old counter make the first step of a second training
  // 0.1 / √0.001 = 3.16 times the rate.
  Eigen::Matrix<double, 1, 1> p(0.0), g(2.0);
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  et::Adam<double> optimizer({.learning_rate = 1.0});
  for (int step = 0; step < 10'000; ++step) optimizer.step(parameters);
  optimizer = et::Adam<double>({.learning_rate = 1.0});
  CHECK(optimizer.count() == 0);
  p[0] = 0.0;
  optimizer.step(parameters);
  CHECK(std::abs(p[0] + 1.0) < 1e-7);
}

TEST_CASE("a training that goes on with the same optimizer goes on from where it was") {
  // The other half of that fault: a second call of fit() must not begin the counter again either.
  check_near(updates(et::Adam<double>({.learning_rate = 1.0}), std::vector<double>(2'000, 2.0)),
             std::vector<double>(2'000, 1.0), 1e-7);
}

TEST_CASE("a step is the rate times the direction, whatever the number of values or columns") {
  // A library divides its steps by the size of the batch, with gradients that are means already.
  for (const Index size : {1, 2, 32, 100}) {
    Eigen::MatrixXd p = Eigen::MatrixXd::Zero(3, size), g = Eigen::MatrixXd::Constant(3, size, 2);
    et::Parameters<double> parameters;
    parameters.add("p", p, g);
    et::Sgd<double> sgd({.learning_rate = 0.25});
    sgd.step(parameters);
    CHECK((p.array() == -0.5).all());
    et::Adam<double> adam({.learning_rate = 0.25});
    adam.step(parameters);
    CHECK(((p.array() + 0.75).abs() < 1e-8).all());
  }
}

TEST_CASE("state belongs to the place in the list, not to an address") {
  // A library keeps it in a map from the gradient's address, which changes with every resize and
  // comes back in another tensor.
  FOR_EVERY_OPTIMIZER(c) {
    const Index n = 33;
    Vector p1 = values(-1, n), p2 = values(-2, n), g1(n), g2(n), q1 = p1, q2 = p2, h1(n), h2(n);
    et::Parameters<double> still, moving;
    still.add("one", p1, g1).add("two", p2, g2);
    moving.add("one", q1, h1).add("two", q2, h2);
    auto first = c.make(rate), second = c.make(rate);
    for (int step = 0; step < 10; ++step) {
      h1.swap(h2);
      q1.swap(q2);  // the addresses; and back the values
      const Vector kept = q1;
      q1 = q2;
      q2 = kept;
      g1 = h1 = values(step, n);
      g2 = h2 = values(step + 100, n);
      first.step(still);
      second.step(moving);
    }
    CHECK(same_bits(p1, q1));
    CHECK(same_bits(p2, q2));
  }
}

TEST_CASE("a list that is made again for every step finds its state") {
  FOR_EVERY_OPTIMIZER(c) {
    Vector p = values(-1, 33), g(33), q = p;
    et::Parameters<double> once;
    once.add("p", p, g);
    auto first = c.make(rate), second = c.make(rate);
    for (int step = 0; step < 10; ++step) {
      g = values(step, 33);
      first.step(once);
      et::Parameters<double> again;
      again.add("p", q, g);
      second.step(again);
    }
    CHECK(same_bits(p, q));
  }
}

TEST_CASE("two optimizers share nothing") {
  // As they would if moments were static, or found by the parameters' sizes.
  FOR_EVERY_OPTIMIZER(c) {
    Vector p = values(-1, 33), g(33), q = p, r = p, h(33);
    et::Parameters<double> one, two, three;
    one.add("p", p, g);
    two.add("q", q, g);
    three.add("r", r, h);
    auto alone = c.make(rate), beside = c.make(rate), disturbing = c.make(rate);
    for (int step = 0; step < 10; ++step) {
      g = values(step, 33);
      alone.step(one);
    }
    for (int step = 0; step < 10; ++step) {
      g = values(step, 33);
      h = values(step + 100, 33);
      disturbing.step(three);
      beside.step(two);
    }
    CHECK(same_bits(p, q));
  }
}

TEST_CASE(
    "RMSProp forgets: its mean of squares is a mean, and the new square has the small weight") {
  // v = 0.1, 0.19, 0.271: not a sum as AdaGrad's, and not 0.9, 0.99, 0.999.
  const auto result =
      updates(et::RmsProp<double>({.learning_rate = 1.0, .alpha = 0.9}), {1.0, 1.0, 1.0});
  check_near(result, {1 / std::sqrt(0.1), 1 / std::sqrt(0.19), 1 / std::sqrt(0.271)}, 1e-7);
}

TEST_CASE("AMSGrad takes the largest moment before its correction") {
  check_near(updates(et::AmsGrad<double>({.learning_rate = 1.0}), {1.0, 0.1, 0.1}),
             {1.0, 0.7408, 0.6331}, 5e-5);  // after it: 1, 0.5263, 0.3690
}

TEST_CASE("momentum remembers gradients, not steps: a new rate holds for all of it") {
  // With the rate inside the buffer, the second update would be 0.9 · 1 + 0.1 = 1.
  const et::Schedule falling([](std::int64_t step) { return step == 0 ? 1.0 : 0.1; });
  check_near(updates(et::Sgd<double>({.learning_rate = falling, .momentum = 0.9}), {1.0, 1.0}),
             {1.0, 0.19}, 1e-15);
}

TEST_CASE("the first gradient is not dampened") {
  check_near(
      updates(et::Sgd<double>({.learning_rate = 1.0, .momentum = 0.5, .dampening = 0.5}), {1., 1.}),
      {1.0, 1.0}, 1e-15);  // dampened: 0.5, 0.75
}

TEST_CASE("gradients whose squares overflow give a step, not infinity or none") {
  Eigen::Matrix<float, 1, 1> p(0.0f), g(1e20f);
  et::Parameters<float> parameters;
  parameters.add("p", p, g);
  et::Adam<float> adam({.learning_rate = 1.0});
  adam.step(parameters);
  CHECK(std::abs(p[0] + 1.0f) < 1e-6f);
}

TEST_CASE("an element without a gradient stays, and is not 0 / 0") {
  FOR_EVERY_OPTIMIZER(c) {
    Vector p = Vector::Zero(7), g = Vector::Zero(7);
    g[2] = 1.0;
    et::Parameters<double> parameters;
    parameters.add("p", p, g);
    auto optimizer = c.make(rate);
    for (int step = 0; step < 3; ++step) optimizer.step(parameters);
    CHECK(p[2] < 0.0);
    p[2] = 0.0;
    if (!c.traits.noisy) CHECK((p.array() == 0.0).all());
  }
}
