// SPDX-License-Identifier: MIT
// In a file of its own, because whoever makes optimizers by name compiles all of them.
#include "training/optimizer.hpp"

#include <cstdlib>
#include <eigentrain/gradient/clip_norm.hpp>
#include <eigentrain/gradient/clip_value.hpp>
#include <eigentrain/optim/make.hpp>
#include <eigentrain/schedule/scheduled.hpp>

namespace training {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

// These have clipping in the pass of the step, where it leaves the gradients in memory alone.
template <class Sequence>
Optimizer::Clipped in_one_pass(const OptimizerChoice& choice, Sequence optimizer) {
  const auto with = []<class Chain>(Chain chain) -> Optimizer::Clipped {
    return {std::move(chain), [](et::AnyOptimizer<float>& any) {
              return any.get_if<Chain>()->template measured<et::ClipByGlobalNorm>().norm;
            }};
  };
  const auto norm = et::clip_by_global_norm(choice.clip_norm);  // only measures, if infinite
  if (choice.clip_value == never) return with(et::chain<float>(norm, optimizer));
  return with(et::chain<float>(norm, et::clip_by_value(choice.clip_value), optimizer));
}

// The same with a momentum, or β₁, that follows a schedule.
Optimizer::Clipped with_cycled_momentum(const OptimizerChoice& choice, const et::Schedule& rate) {
  et::require(choice.options.empty() &&
                  (choice.name == "sgd" || choice.name == "adam" || choice.name == "adamw"),
              "--cycle-momentum: goes with --optimizer sgd, adam or adamw, without "
              "--optimizer-option");
  const et::Schedule& momentum = *choice.cycled_momentum;
  if (choice.name == "sgd") {
    const auto direction = et::scheduled(
        [momentum](std::int64_t t) { return et::momentum({.momentum = momentum(t)}); });
    return in_one_pass(choice, et::sequence(et::add_decay(choice.weight_decay.value_or(0.0)),
                                            direction, et::descend(rate)));
  }
  const auto direction = et::scheduled(
      [momentum](std::int64_t t) { return et::adam_direction({.beta1 = momentum(t)}); });
  if (choice.name == "adam") {
    return in_one_pass(choice, et::sequence(et::add_decay(choice.weight_decay.value_or(0.0)),
                                            direction, et::descend(rate)));
  }
  const double decay = choice.weight_decay.value_or(et::AdamWOptions{}.weight_decay);
  return in_one_pass(choice, et::sequence(direction, et::decay_weights(decay), et::descend(rate)));
}

et::OptimizerSetting setting(const std::string& option) {
  const std::size_t equals = option.find('=');
  const char* const text = equals == std::string::npos ? "" : option.c_str() + equals + 1;
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  et::require(end != text && *end == '\0' && equals > 0,
              "--optimizer-option: must be <name>=<number>, got \"", option, "\"");
  return {std::string_view(option).substr(0, equals), value};
}

template <class Named>
void move(et::AnyOptimizer<float>& optimizer, et::Parameters<float>& parameters, bool evaluation) {
  if (auto* named = optimizer.get_if<Named>()) {
    evaluation ? et::to_average(*named, parameters) : et::to_training(*named, parameters);
  }
}

}  // namespace

std::string optimizer_names(std::size_t width) {
  std::string names = et::optimizer_names();
  for (std::size_t begin = 0; begin + width < names.size();) {
    const std::size_t space = names.rfind(' ', begin + width);
    names[space] = '\n';
    begin = space + 1;
  }
  return names;
}

double default_rate(const std::string& name) {
  if (name == "sgd") return 0.1;
  if (name == "rms_prop") return 1e-3;
  if (name == "rprop") return et::RpropOptions{}.learning_rate;
  return et::make_optimizer<float>(name).learning_rate();
}

Optimizer::Optimizer(const OptimizerChoice& choice, const et::Schedule& rate)
    : clip_norm_(choice.clip_norm), clip_value_(choice.clip_value) {
  std::vector<et::OptimizerSetting> settings;
  if (choice.name == "rprop") {
    settings.emplace_back("learning_rate", rate(0));
  } else {
    settings.emplace_back("learning_rate", rate);
  }
  if (choice.weight_decay) settings.emplace_back("weight_decay", *choice.weight_decay);
  if (choice.momentum) settings.emplace_back("momentum", *choice.momentum);
  for (const std::string& option : choice.options) settings.push_back(setting(option));
  // Whatever the name, this checks the settings.
  held_.optimizer = et::make_optimizer<float>(choice.name, settings.data(), settings.size());

  if (choice.cycled_momentum) {
    held_ = with_cycled_momentum(choice, rate);
    return;
  }
  const double momentum = choice.momentum.value_or(0.0);
  if (choice.options.empty() && choice.name == "sgd") {
    held_ = in_one_pass(choice, et::sgd({.learning_rate = rate,
                                         .momentum = momentum,
                                         .weight_decay = choice.weight_decay.value_or(0.0)}));
    return;
  }
  if (choice.options.empty() && choice.name == "adamw") {
    const double decay = choice.weight_decay.value_or(et::AdamWOptions{}.weight_decay);
    held_ = in_one_pass(choice, et::adamw({.learning_rate = rate, .weight_decay = decay}));
    return;
  }
  const bool clips = clip_norm_ != never || clip_value_ != never;
  et::require(!clips || !choice.watched, "--monitor: with --clip-norm or --clip-value it takes ",
              "--optimizer sgd or adamw without --optimizer-option; the others get gradients that ",
              "have been clipped, and the monitor would, too");
}

double Optimizer::step(et::Parameters<float>& parameters, Statistics* statistics) {
  double norm = 0.0;
  if (held_.norm == nullptr) {
    norm = et::clip_gradient_norm(parameters, static_cast<float>(clip_norm_));
    if (clip_value_ != never) {
      et::clip_gradient_value(parameters, static_cast<float>(clip_value_));
    }
  }
  if (statistics == nullptr) {
    held_.optimizer.step(parameters);
  } else {
    held_.optimizer.step(parameters, *statistics);
  }
  return held_.norm == nullptr ? norm : held_.norm(held_.optimizer);
}

void Optimizer::begin_evaluation(et::Parameters<float>& parameters) {
  move<et::ScheduleFreeSgd<float>>(held_.optimizer, parameters, true);
  move<et::ScheduleFreeAdamW<float>>(held_.optimizer, parameters, true);
}

void Optimizer::end_evaluation(et::Parameters<float>& parameters) {
  move<et::ScheduleFreeSgd<float>>(held_.optimizer, parameters, false);
  move<et::ScheduleFreeAdamW<float>>(held_.optimizer, parameters, false);
}

}  // namespace training
