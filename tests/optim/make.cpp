// SPDX-License-Identifier: MIT
#include "eigentrain/optim/make.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "eigentrain/gradient/monitor.hpp"
#include "support/catch.hpp"
#include "support/three_steps.hpp"

namespace et = eigentrain;

namespace {

Eigen::Vector3d steps(et::AnyOptimizer<double> optimizer) {
  return et::test::three_steps(std::move(optimizer), 1.0, 0.5, -1.0, 0.25);
}

}  // namespace

TEST_CASE("every option of an optimizer arrives where it belongs") {
  using et::make_optimizer;
  CHECK(steps(make_optimizer<double>("sgd", {{"learning_rate", 0.5},
                                             {"momentum", 0.5},
                                             {"nesterov", true},
                                             {"weight_decay", 0.125}})) ==
        steps(et::Sgd<double>(
            {.learning_rate = 0.5, .momentum = 0.5, .nesterov = true, .weight_decay = 0.125})));
  CHECK(steps(make_optimizer<double>("sgd", {{"momentum", 0.5}, {"dampening", 0.25}})) ==
        steps(et::Sgd<double>({.momentum = 0.5, .dampening = 0.25})));
  CHECK(steps(make_optimizer<double>("rms_prop", {{"learning_rate", 0.5},
                                                  {"alpha", 0.75},
                                                  {"epsilon", 0.5},
                                                  {"weight_decay", 0.125},
                                                  {"momentum", 0.25},
                                                  {"centered", 1}})) ==
        steps(et::RmsProp<double>({.learning_rate = 0.5,
                                   .alpha = 0.75,
                                   .epsilon = 0.5,
                                   .weight_decay = 0.125,
                                   .momentum = 0.25,
                                   .centered = true})));
  const std::vector<et::OptimizerSetting> adam = {{"learning_rate", 0.5},
                                                  {"beta1", 0.5},
                                                  {"beta2", 0.75},
                                                  {"epsilon", 0.25f},
                                                  {"weight_decay", 0.125}};
  const et::AdamOptions coupled{0.5, 0.5, 0.75, 0.25, 0.125};
  const et::AdamWOptions decoupled{0.5, 0.5, 0.75, 0.25, 0.125};
  const auto made = [&](std::string_view name) {
    return steps(make_optimizer<double>(name, adam.data(), adam.size()));
  };
  CHECK(made("adam") == steps(et::Adam<double>(coupled)));
  CHECK(made("amsgrad") == steps(et::AmsGrad<double>(coupled)));
  CHECK(made("adamw") == steps(et::AdamW<double>(decoupled)));
  CHECK(made("amsgradw") == steps(et::AmsGradW<double>(decoupled)));
  CHECK_FALSE(made("adam") == made("adamw"));
  CHECK_FALSE(made("adam") == made("amsgrad"));
}

TEST_CASE("Muon with AdamW has one row of options, and one rate") {
  auto made = et::make_optimizer<double>(
      "muon_with_adamw", {{"learning_rate", 0.5}, {"weight_decay", 0.125}, {"beta2", 0.5}});
  CHECK(made.learning_rate() == 0.5);
  CHECK(steps(made) ==
        steps(et::AdamW<double>({.learning_rate = 0.5, .beta2 = 0.5, .weight_decay = 0.125})));
  made.set_learning_rate(0.25);
  CHECK(made.learning_rate() == 0.25);
  CHECK(steps(made) ==
        steps(et::AdamW<double>({.learning_rate = 0.25, .beta2 = 0.5, .weight_decay = 0.125})));
  et::Monitor<double> monitor;
  Eigen::Vector3d p = Eigen::Vector3d::Ones(), g = p;
  et::Parameters<double> parameters;
  parameters.add("p", p, g);
  CHECK(made.step(parameters, monitor));
  CHECK(monitor.gathered());
  CHECK(monitor[0].update_norm == (p - Eigen::Vector3d::Ones()).norm());
}

TEST_CASE("defaults are the optimizer's, the last of two counts, and a rate may be a schedule") {
  CHECK(steps(et::make_optimizer<double>("adam")) == steps(et::Adam<double>()));
  CHECK(steps(et::make_optimizer<double>("adam", {{"beta1", 0.1}, {"beta1", 0.9}})) ==
        steps(et::Adam<double>()));
  auto optimizer = et::make_optimizer<double>(
      "sgd",
      {{"learning_rate", [](std::int64_t step) { return 1.0 + static_cast<double>(step); }}});
  CHECK(optimizer.learning_rate() == 1.0);
  CHECK(steps(optimizer)[1] == 1.0 - 0.5 + 2.0);
}

TEST_CASE("what there isn't is refused with a list of what there is") {
  using et::make_optimizer;
  CHECK(et::optimizer_names() ==
        "sgd, signum, rms_prop, adagrad, adadelta, rprop, adam, amsgrad, adamw, amsgradw, adamax, "
        "nadam, radam, adabelief, yogi, adan, lion, lamb, lars, adafactor, muon_with_adamw, "
        "schedule_free_sgd, schedule_free_adamw, prodigy");
  CHECK_THROWS_WITH(
      make_optimizer<double>("adamx"),
      "make_optimizer: there is no optimizer \"adamx\"; there are " + et::optimizer_names());
  CHECK_THROWS_WITH(make_optimizer<double>("sgd", {{"beta1", 0.5}}),
                    "make_optimizer: sgd has no option \"beta1\"; it has learning_rate, momentum, "
                    "dampening, nesterov, weight_decay");
  CHECK_THROWS_WITH(make_optimizer<double>("sgd", {{"momentum", et::Schedule(0.5)}}),
                    "make_optimizer: momentum is a number, not a schedule");
  CHECK_THROWS_WITH(make_optimizer<double>("sgd", {{"nesterov", 0.5}}),
                    "make_optimizer: nesterov is 0 or 1, got 0.5");
  // What no whole number is must not be converted to one, which would be undefined.
  for (const double bad : {1e300, -1e300, 0x1p63, HUGE_VAL, std::nan(""), 0.5}) {
    const et::OptimizerSetting setting("warmup_steps", bad);
    CHECK_THROWS_WITH(make_optimizer<double>("schedule_free_sgd", {setting}),
                      et::message("make_optimizer: warmup_steps is an integer, got ", bad));
    std::int64_t kept = 7;
    CHECK_THROWS_AS(setting.write(kept), std::invalid_argument);
    CHECK(kept == 7);
    bool flag = true;
    CHECK_THROWS_AS(setting.write(flag), std::invalid_argument);
    CHECK(flag);
  }
  for (const double good : {-0x1p63, 0x1p62, 0x1.fffffffffffffp62}) {
    std::int64_t written = 0;
    et::OptimizerSetting("warmup_steps", good).write(written);
    CHECK(static_cast<double>(written) == good);
  }
  CHECK_THROWS_WITH(make_optimizer<double>("adam", {{"beta1", 1.5}}),
                    "adam_direction: beta1 must be in [0, 1), got 1.5");
}
