// SPDX-License-Identifier: MIT
// The optimizers that PyTorch hasn't got, against runs of implementations of their own.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/optim/adabelief.hpp"
#include "eigentrain/optim/adan.hpp"
#include "eigentrain/optim/lion.hpp"
#include "eigentrain/optim/prodigy.hpp"
#include "eigentrain/optim/schedule_free_adamw.hpp"
#include "eigentrain/optim/schedule_free_sgd.hpp"
#include "eigentrain/optim/signum.hpp"
#include "eigentrain/optim/yogi.hpp"
#include "golden/without_pytorch.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace et = eigentrain;

namespace {

using golden::SampledRun;

/// A recorded run's learning rate, falsified by a factor.
et::Schedule rate_of(const SampledRun& run, double factor) {
  return [run, factor](std::int64_t index) {
    golden::Options options{};
    options.learning_rate = run.rate;
    options.scheduled = run.scheduled;
    return factor * golden::rate(options, index);
  };
}

/// The largest error in values of the order of 1, over all that was recorded of a run.
template <class Optimizer>
double worst_error(const SampledRun& run, Optimizer optimizer) {
  golden::Model<double> model;
  et::Parameters<double> parameters;
  for (int i = 0; i < golden::tensor_count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const golden::Tensor& tensor = golden::tensors[i];
    et::ParameterOptions options;
    if (run.grouped) {
      options = {.weight_decay = tensor.decayed,
                 .learning_rate_scale = tensor.learning_rate_scale,
                 .frozen = tensor.frozen};
    }
    parameters.add(et::message("tensor", i), model.parameters[k], model.gradients[k], options);
  }
  double worst = 0.0;
  const auto compare = [&](std::size_t snapshot) {
    for (std::size_t s = 0; s < std::size(golden::sampled_elements); ++s) {
      Eigen::Index at = golden::sampled_elements[s];
      std::size_t k = 0;
      while (at >= model.parameters[k].size()) at -= model.parameters[k++].size();
      const auto& tensor = model.parameters[k];
      const double expected = run.values[snapshot][s];
      const double error = std::abs(tensor(at / tensor.cols(), at % tensor.cols()) - expected) /
                           std::max(1.0, std::abs(expected));
      if (!(error <= worst)) worst = std::isnan(error) ? HUGE_VAL : error;
    }
  };
  std::size_t snapshot = 0;
  for (std::int64_t step = 1; snapshot < std::size(golden::sampled_steps); ++step) {
    model.backward(step);
    optimizer.step(parameters);
    if (step == golden::sampled_steps[snapshot]) compare(snapshot++);
  }
  if constexpr (et::Averaging<Optimizer>) {
    et::to_average(optimizer, parameters);
    compare(snapshot);
  }
  return worst;
}

/// The library's worst error over the run of that name.
double worst_error(std::string_view name, double factor = 1.0) {
  const auto* found = std::find_if(std::begin(golden::sampled_runs), std::end(golden::sampled_runs),
                                   [&](const SampledRun& run) { return run.name == name; });
  REQUIRE(found != std::end(golden::sampled_runs));
  const SampledRun& run = *found;
  const et::Schedule rate = rate_of(run, factor);
  const auto is = [&](std::string_view other) { return name == other; };
  if (name.starts_with("Signum")) {
    et::SignumOptions options{.learning_rate = rate};
    if (is("Signum plain")) options.momentum = 0.0;
    if (is("Signum decay")) options.momentum = 0.95, options.weight_decay = 0.1;
    return worst_error(run, et::Signum<double>(options));
  }
  if (name.starts_with("Lion")) {
    et::LionOptions options{.learning_rate = rate};
    if (is("Lion decay")) options.beta1 = 0.95, options.beta2 = 0.98, options.weight_decay = 0.3;
    if (is("Lion groups")) options.weight_decay = 1.0;
    return worst_error(run, et::Lion<double>(options));
  }
  if (name.starts_with("AdaBelief")) {
    et::AdaBeliefOptions options{.learning_rate = rate};
    if (is("AdaBelief decay")) {
      options = {
          .learning_rate = rate, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-8, .weight_decay = 0.2};
    }
    if (is("AdaBelief rectify")) options.rectify = true, options.weight_decay = 0.1;
    if (is("AdaBelief rectify fast")) {
      options = {.learning_rate = rate, .beta2 = 0.95, .epsilon = 1e-6, .rectify = true};
    }
    return worst_error(run, et::AdaBelief<double>(options));
  }
  if (name.starts_with("Yogi")) {
    et::YogiOptions options{.learning_rate = rate};
    if (is("Yogi paper")) options.bias_correction = false, options.initial = 0.5;
    if (is("Yogi decay")) {
      options = {.learning_rate = rate,
                 .beta1 = 0.8,
                 .beta2 = 0.98,
                 .epsilon = 1e-2,
                 .initial = 0.0,
                 .weight_decay = 0.1};
    }
    return worst_error(run, et::Yogi<double>(options));
  }
  if (name.starts_with("Adan")) {
    et::AdanOptions options{.learning_rate = rate};
    if (is("Adan prox")) options.weight_decay = 0.5;
    if (is("Adan no_prox")) {
      options = {.learning_rate = rate,
                 .beta1 = 0.9,
                 .beta2 = 0.8,
                 .beta3 = 0.95,
                 .epsilon = 1e-4,
                 .weight_decay = 0.2,
                 .no_prox = true};
    }
    return worst_error(run, et::Adan<double>(options));
  }
  if (name.starts_with("ScheduleFreeSgd")) {
    et::ScheduleFreeSgdOptions options{.learning_rate = rate};
    if (is("ScheduleFreeSgd all")) {
      options = {.learning_rate = rate,
                 .momentum = 0.8,
                 .weight_decay = 0.05,
                 .warmup_steps = 50,
                 .r = 1.0,
                 .weight_lr_power = 1.0};
    }
    if (is("ScheduleFreeSgd scheduled")) {
      options.momentum = 0.95, options.r = 0.5, options.weight_lr_power = 1.5;
    }
    return worst_error(run, et::ScheduleFreeSgd<double>(options));
  }
  if (name.starts_with("ScheduleFreeAdamW")) {
    et::ScheduleFreeAdamWOptions options{.learning_rate = rate};
    if (is("ScheduleFreeAdamW all")) {
      options = {.learning_rate = rate,
                 .beta1 = 0.98,
                 .beta2 = 0.95,
                 .epsilon = 1e-4,
                 .weight_decay = 0.1,
                 .warmup_steps = 200,
                 .weight_lr_power = 0.0};
    }
    return worst_error(run, et::ScheduleFreeAdamW<double>(options));
  }
  et::ProdigyOptions options{.learning_rate = rate};
  if (is("Prodigy decay")) options.weight_decay = 0.1, options.bias_correction = true;
  if (is("Prodigy scheduled")) {
    options.d0 = 1e-4, options.d_coef = 2.0, options.safeguard_warmup = true;
  }
  if (is("Prodigy slow")) {
    options = {.learning_rate = rate,
               .beta1 = 0.8,
               .beta2 = 0.99,
               .beta3 = 0.9,
               .epsilon = 1e-6,
               .d0 = 1e-3,
               .growth_rate = 1.02};
  }
  if (is("Prodigy coupled")) {
    return worst_error(run, et::chain<double>(et::add_decay(0.05), et::prodigy(options)));
  }
  return worst_error(run, et::Prodigy<double>(options));
}

}  // namespace

TEST_CASE("optimizers that PyTorch hasn't got agree with their authors' equations") {
  for (const SampledRun& run : golden::sampled_runs) {
    CAPTURE(run.name);
    CHECK(worst_error(run.name) < 1e-12);
  }
}

TEST_CASE("a rate that is wrong by a millionth would not", "[long]") {
  for (const SampledRun& run : golden::sampled_runs) {
    CAPTURE(run.name);
    CHECK(worst_error(run.name, 1.0 + 1e-6) > 1e-11);
  }
}
