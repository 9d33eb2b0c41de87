// SPDX-License-Identifier: MIT
// LAMB, LARS, Muon and Adafactor against runs recorded from their papers' equations.
#include "golden/ratio.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "eigentrain/optim/adafactor.hpp"
#include "eigentrain/optim/lamb.hpp"
#include "eigentrain/optim/lars.hpp"
#include "eigentrain/optim/muon_with_adamw.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/optimizers.hpp"

namespace et = eigentrain;

namespace {

using Any = et::test::AnyOptimizer<double>;

// In the order of the recorded runs.
const std::vector<std::function<Any(et::Schedule)>> optimizers{
    [](et::Schedule r) { return et::Lamb<double>({.learning_rate = r}); },
    [](et::Schedule r) {
      return et::Lamb<double>({.learning_rate = r,
                               .beta1 = 0.8,
                               .beta2 = 0.95,
                               .epsilon = 1e-4,
                               .weight_decay = 0.1,
                               .only_decayed = true});
    },
    [](et::Schedule r) {
      return et::Lamb<double>(
          {.learning_rate = r, .least_weight = 0.75, .most_weight = 2.0, .most_ratio = 0.5});
    },
    [](et::Schedule r) {
      return et::Lars<double>(
          {.learning_rate = r, .weight_decay = 0.02, .trust_coefficient = 0.01});
    },
    [](et::Schedule r) {
      return et::Lars<double>({.learning_rate = r,
                               .momentum = 0.8,
                               .nesterov = true,
                               .weight_decay = 0.05,
                               .trust_coefficient = 0.01});
    },
    [](et::Schedule r) {
      return et::Lars<double>({.learning_rate = r,
                               .momentum = 0.5,
                               .dampening = 0.25,
                               .trust_coefficient = 0.1,
                               .most_ratio = 0.05,
                               .only_decayed = true});
    },
    [](et::Schedule r) {
      return et::chain<double>(
          et::trust_ratio({.coefficient = 0.01, .weight_decay = 0.02, .epsilon = 1e-8}),
          et::momentum({}), et::descend(r));
    },
    [](et::Schedule r) {
      return et::chain<double>(et::add_decay(0.2),
                               et::trust_ratio({.coefficient = 0.01, .epsilon = 1e-8}),
                               et::descend(r), et::momentum({}));
    },
    [](et::Schedule r) {
      return et::MuonWithAdamW<double>(
          {.muon = {.learning_rate = r}, .adamw = {.learning_rate = r}});
    },
    [](et::Schedule r) {
      return et::MuonWithAdamW<double>({.muon = {.learning_rate = r,
                                                 .momentum = 0.8,
                                                 .nesterov = false,
                                                 .weight_decay = 0.3,
                                                 .scale = et::MuonScale::adamw,
                                                 .iteration = {.rounds = 3}},
                                        .adamw = {.learning_rate = r}});
    },
    [](et::Schedule r) {
      return et::MuonWithAdamW<double>(
          {.muon = {.learning_rate = r,
                    .momentum = 0.9,
                    .iteration = {.a = 2.0, .b = -1.5, .c = 0.5, .rounds = 8}},
           .adamw = {.learning_rate = r}});
    },
    [](et::Schedule r) { return et::Adafactor<double>({.learning_rate = r}); },
    [](et::Schedule r) {
      return et::Adafactor<double>({.learning_rate = r,
                                    .beta2_decay = -0.5,
                                    .epsilon2 = 0.1,
                                    .clip = 2.0,
                                    .weight_decay = 0.1});
    },
    [](et::Schedule r) {
      return et::Adafactor<double>(
          {.learning_rate = r, .epsilon1 = 0.3, .relative_step = false, .scale_parameter = false});
    },
    [](et::Schedule r) {
      return et::Adafactor<double>({.learning_rate = r, .epsilon1 = 1e-3, .paper_epsilon = true});
    },
};

/// The worst error over a recorded run in units of the tolerance; `factor` falsifies the rate.
double worst_error(std::size_t number, double factor = 1.0) {
  const golden::Case& run = golden::ratio_cases[number];
  golden::Model<double> model;
  et::Parameters<double> parameters;
  for (int i = 0; i < golden::tensor_count; ++i) {
    const golden::Tensor& tensor = golden::tensors[i];
    et::ParameterOptions options;
    if (run.options.grouped) {
      options = {.weight_decay = tensor.decayed,
                 .learning_rate_scale = tensor.learning_rate_scale,
                 .frozen = tensor.frozen};
    }
    const auto index = static_cast<std::size_t>(i);
    parameters.add("tensor" + std::to_string(i), model.parameters[index], model.gradients[index],
                   options);
  }
  Any optimizer = optimizers[number](et::Schedule(
      [&run, factor](std::int64_t index) { return factor * golden::rate(run.options, index); }));
  const double error =
      golden::worst_error(run, model, [&](std::int64_t) { optimizer.step(parameters); });
  CHECK(optimizer.count() == 1000);
  return error;
}

}  // namespace

TEST_CASE("1,000 steps as recorded") {
  REQUIRE(optimizers.size() == std::size(golden::ratio_cases));
  for (std::size_t i = 0; i < optimizers.size(); ++i) {
    CAPTURE(i, golden::ratio_cases[i].options.optimizer);
    CHECK(worst_error(i) <= 1.0);
  }
}

TEST_CASE("another learning rate does not reproduce them", "[long]") {
  for (std::size_t i = 0; i < optimizers.size(); ++i) {
    CAPTURE(i, golden::ratio_cases[i].options.optimizer);
    CHECK(worst_error(i, 1.0 + 1e-9) > 1.0);
  }
}
