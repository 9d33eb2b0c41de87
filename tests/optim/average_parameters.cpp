// SPDX-License-Identifier: MIT
#include "eigentrain/optim/average_parameters.hpp"

#include <cmath>

#include "eigentrain/optim/sgd.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/probe.hpp"

namespace et = eigentrain;

namespace {

// Averages of a parameter that goes 16, 15, 14, …, read after each step.
template <class Average>
struct Descent {
  Eigen::VectorXd p = Eigen::VectorXd::Constant(5, 16.0), g = Eigen::VectorXd::Ones(5);
  et::Parameters<double> parameters;
  decltype(et::chain<double>(et::sgd({}), std::declval<Average>())) optimizer;

  explicit Descent(const Average& average)
      : optimizer(et::chain<double>(et::sgd({.learning_rate = 1.0}), Average(average))) {
    parameters.add("p", p, g);
  }
  double operator()() {
    optimizer.step(parameters);
    return optimizer.template state<Average>(0)[4];
  }
};

double weight(const et::EmaOptions& options, std::int64_t count) {
  return et::ema_parameters(options).weight(et::Step{count});
}

}  // namespace

TEST_CASE("an exponential average begins with the first update, the initial value, or nothing") {
  Descent torch(et::ema_parameters({.decay = 0.75}));
  CHECK(torch() == 15.0);
  CHECK(torch() == 14.75);
  CHECK(torch() == 0.75 * 14.75 + 0.25 * 13.0);
  CHECK(torch.p[0] == 13.0);  // the steps themselves are as without

  Descent keras(et::ema_parameters({.decay = 0.75, .start = et::EmaStart::initial}));
  CHECK(keras() == 15.75);
  CHECK(keras() == 0.75 * 15.75 + 0.25 * 14.0);

  Descent optax(et::ema_parameters({.decay = 0.75, .start = et::EmaStart::debiased}));
  CHECK(optax() == 15.0);
  const double second = 0.75 * 0.25 * 15.0 + 0.25 * 14.0, third = 0.75 * second + 0.25 * 13.0;
  CHECK(optax() == Approx(second / (1.0 - 0.75 * 0.75)).epsilon(1e-15));
  CHECK(optax() == Approx(third / (1.0 - 0.75 * 0.75 * 0.75)).epsilon(1e-15));
}

TEST_CASE("warm-ups raise the decay until it is the one that was asked for") {
  const et::EmaOptions ramp{
      .decay = 0.5, .start = et::EmaStart::initial, .warmup = et::EmaWarmup::ramp};
  CHECK(weight(ramp, 1) == Approx(0.9));         // 1 − 1/10
  CHECK(weight(ramp, 2) == Approx(9.0 / 11.0));  // 1 − 2/11
  CHECK(weight(ramp, 8) == Approx(9.0 / 17.0));  // 1 − 8/17
  CHECK(weight(ramp, 9) == 0.5);
  CHECK(weight(ramp, 100) == 0.5);
  et::EmaOptions power{
      .decay = 0.9, .start = et::EmaStart::initial, .warmup = et::EmaWarmup::power};
  CHECK(weight(power, 1) == 1.0);
  CHECK(weight(power, 8) == Approx(0.25).epsilon(1e-14));  // 8^(−2/3)
  CHECK(weight(power, 27) == Approx(1.0 / 9.0).epsilon(1e-14));
  CHECK(weight(power, 1000) == Approx(0.1).epsilon(1e-14));
  power.inverse_gamma = 2.0;
  power.power = 0.5;
  CHECK(weight(power, 7) == Approx(0.5).epsilon(1e-14));  // (1 + 6/2)^(−1/2)
  power.start = et::EmaStart::first_update;
  power.warmup = et::EmaWarmup::none;
  CHECK(weight(power, 1) == 1.0);
  CHECK(weight(power, 2) == Approx(0.1));
}

TEST_CASE("equal weights from a step on, every so many steps") {
  Descent all(et::average_parameters());
  CHECK(all() == 15.0);
  CHECK(all() == 14.5);
  CHECK(all() == Approx(14.0).epsilon(1e-15));

  // Before: 16. After steps 2, 5 and 8, which are the third, sixth and ninth: 13, 10, 7.
  Descent some(et::average_parameters({.start = 2, .every = 3}));
  for (const double expected : {16.0, 16.0, 13.0, 13.0, 13.0, 11.5, 11.5, 11.5}) {
    CHECK(some() == expected);
  }
  CHECK(some() == Approx(10.0).epsilon(1e-15));
}

TEST_CASE("a parameter that doesn't move is its own average, to the bit") {
  Descent ema(et::ema_parameters({.decay = 0.9}));
  Descent swa(et::average_parameters());
  ema.p.setConstant(0.1);
  swa.p.setConstant(0.1);
  ema.g.setZero();
  swa.g.setZero();
  for (int i = 0; i < 50; ++i) {
    CHECK(ema() == 0.1);
    CHECK(swa() == 0.1);
  }
}

TEST_CASE("a tensor that was frozen counts with the value that it had") {
  Descent swa(et::average_parameters());
  Eigen::VectorXd late = Eigen::VectorXd::Constant(2, 100.0), g = Eigen::VectorXd::Ones(2);
  swa.parameters.add("late", late, g, {.frozen = true});
  swa();
  swa();
  swa.parameters.set_options("late", {});
  swa();
  // 100, 100, 99
  CHECK(swa.optimizer.state<et::AverageParameters>(1)[0] == Approx(299.0 / 3.0).epsilon(1e-15));
}

TEST_CASE("a failed step leaves the averages alone") {
  Descent ema(et::ema_parameters({.decay = 0.75}));
  ema();
  auto& optimizer = ema.optimizer;
  optimizer.set_learning_rate([](std::int64_t step) { return step == 1 ? -1.0 : 1.0; });
  CHECK_THROWS_AS(optimizer.step(ema.parameters), std::invalid_argument);
  CHECK(optimizer.state<et::EmaParameters>(0)[0] == 15.0);
  optimizer.set_learning_rate(1.0);
  CHECK(ema() == 14.75);
}

TEST_CASE("averages have the same bits at every level, and subnormals become zero") {
  et::test::at_every_level([] {
    Eigen::VectorXf p(77), g(77);
    et::Parameters<float> parameters;
    parameters.add("p", p, g);
    auto optimizer =
        et::chain<float>(et::sgd({.learning_rate = 0.1, .momentum = 0.9}),
                         et::ema_parameters({.decay = 0.9, .start = et::EmaStart::debiased}),
                         et::average_parameters({.start = 3, .every = 2}));
    for (Eigen::Index i = 0; i < 77; ++i) p[i] = et::test::noise<float>(1000, i);
    for (int step = 0; step < 20; ++step) {
      for (Eigen::Index i = 0; i < 77; ++i) g[i] = et::test::noise<float>(step, i);
      if (step == 0) {
        optimizer.step(parameters);
      } else {
        CHECK(et::test::allocations_in([&] { optimizer.step(parameters); }) == 0);
      }
    }
    CHECK(et::test::hash_bits(optimizer.state<et::EmaParameters>(0).data(), 77) ==
          0xdd61055c7fa99b33u);
    CHECK(et::test::hash_bits(optimizer.state<et::AverageParameters>(0).data(), 77) ==
          0xed838783e8f33c9u);
  });
  Descent ema(et::ema_parameters({.decay = 0.5, .start = et::EmaStart::initial}));
  ema.p.setConstant(1e-308);
  ema.g.setConstant(1e-308);
  CHECK(ema() == 0.0);
}

TEST_CASE("averaging options out of range throw") {
  CHECK_THROWS_WITH(et::ema_parameters({.decay = 1.0}),
                    "ema_parameters: decay must be in [0, 1), got 1");
  CHECK_THROWS_WITH(et::ema_parameters({.decay = std::nan("")}),
                    "ema_parameters: decay must be in [0, 1), got nan");
  CHECK_THROWS_WITH(et::ema_parameters({.inverse_gamma = 0.0}),
                    "ema_parameters: inverse_gamma must be in (0, inf), got 0");
  CHECK_THROWS_WITH(et::ema_parameters({.power = -1.0}),
                    "ema_parameters: power must be in (0, inf), got -1");
  CHECK_THROWS_WITH(
      et::ema_parameters({.start = et::EmaStart::debiased, .warmup = et::EmaWarmup::ramp}),
      "ema_parameters: a debiased average has no warm-up; its first weights are large "
      "anyway");
  CHECK_THROWS_WITH(et::average_parameters({.start = -1}),
                    "average_parameters: start must be at least 0, got -1");
  CHECK_THROWS_WITH(et::average_parameters({.every = 0}),
                    "average_parameters: every must be at least 1, got 0");
}
