// SPDX-License-Identifier: MIT
// The adaptive optimizers, and the other frameworks' forms of them, against recorded runs: see
// golden/adaptive.py for where each comes from.
#include "eigentrain/optim/adadelta.hpp"
#include "eigentrain/optim/adagrad.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamax.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/nadam.hpp"
#include "eigentrain/optim/radam.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/rprop.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "eigentrain/direction/adam_root.hpp"
#include "golden/adaptive.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/optimizers.hpp"

namespace et = eigentrain;

namespace {

using golden::adaptive::Case;
using Any = et::test::AnyOptimizer<double>;

constexpr double infinity = et::ranges::infinity;

/// The library's optimizer for a case; `factor` falsifies its learning rate.
Any optimizer_for(std::string_view name, double factor) {
  using S = double;
  const bool scheduled = name.ends_with("groups") || name == "nadam scheduled" ||
                         name == "keras rmsprop centered" || name.starts_with("keras sgd");
  const auto rate = [=](double base) {
    return et::Schedule([=](std::int64_t index) {
      const double at = static_cast<double>(index);
      const double part = !scheduled ? 1.0 : index < 256 ? at / 256.0 : (1280.0 - at) / 1024.0;
      return factor * base * part;
    });
  };
  if (name == "torch adagrad") return et::AdaGrad<S>({.learning_rate = rate(0.1)});
  if (name == "torch adagrad all") {
    return et::AdaGrad<S>({.learning_rate = rate(0.2),
                           .learning_rate_decay = 0.01,
                           .weight_decay = 0.02,
                           .initial_accumulator_value = 0.1,
                           .epsilon = 1e-3});
  }
  if (name == "torch adagrad groups") {
    return et::AdaGrad<S>(
        {.learning_rate = rate(0.3), .learning_rate_decay = 1e-3, .weight_decay = 0.1});
  }
  if (name == "torch adadelta") return et::AdaDelta<S>({.learning_rate = rate(1.0)});
  if (name == "torch adadelta all") {
    return et::AdaDelta<S>(
        {.learning_rate = rate(0.5), .rho = 0.95, .epsilon = 1e-3, .weight_decay = 0.05});
  }
  if (name == "torch adadelta groups") {
    return et::AdaDelta<S>({.learning_rate = rate(2.0), .weight_decay = 0.1});
  }
  if (name == "torch adamax") return et::AdaMax<S>({.learning_rate = rate(2e-3)});
  if (name == "torch adamax all") {
    return et::AdaMax<S>({.learning_rate = rate(0.02),
                          .beta1 = 0.8,
                          .beta2 = 0.95,
                          .epsilon = 1e-2,
                          .weight_decay = 0.02});
  }
  if (name == "torch adamax groups") {
    return et::AdaMax<S>({.learning_rate = rate(0.05), .weight_decay = 0.1});
  }
  if (name == "torch radam") return et::RAdam<S>({.learning_rate = rate(1e-3)});
  if (name == "torch radam all") {
    return et::RAdam<S>({.learning_rate = rate(0.02),
                         .beta1 = 0.8,
                         .beta2 = 0.9,
                         .epsilon = 1e-3,
                         .weight_decay = 0.02});
  }
  if (name == "torch radam never") {
    return et::RAdam<S>({.learning_rate = rate(0.02), .beta1 = 0.95, .beta2 = 0.6});
  }
  if (name == "torch radam groups") {
    return et::RAdam<S>({.learning_rate = rate(0.05), .weight_decay = 0.1});
  }
  if (name == "torch rprop") return et::Rprop<S>({.learning_rate = factor * 1e-2});
  if (name == "torch rprop all") {
    return et::Rprop<S>({.learning_rate = factor * 0.05,
                         .eta_minus = 0.3,
                         .eta_plus = 1.5,
                         .min_step = 1e-3,
                         .max_step = 0.25});
  }
  if (name == "nadam") return et::NAdam<S>({.learning_rate = rate(2e-3)});
  if (name == "nadam all") {
    return et::NAdam<S>({.learning_rate = rate(0.02),
                         .beta1 = 0.95,
                         .beta2 = 0.98,
                         .epsilon = 1e-3,
                         .weight_decay = 0.02,
                         .momentum_decay = 0.05});
  }
  if (name == "nadam scheduled") {
    return et::NAdam<S>({.learning_rate = rate(0.05), .beta1 = 0.8});
  }
  if (name == "keras nadam") {
    return et::NAdam<S>({.learning_rate = rate(0.01), .epsilon = 1e-7, .momentum_decay = 1.0});
  }
  if (name == "optax nadam") {
    return et::NAdam<S>({.learning_rate = rate(0.01), .momentum_decay = infinity});
  }
  if (name == "optax radam") {
    return et::RAdam<S>({.learning_rate = rate(0.02), .epsilon = 1e-3, .epsilon_hat = false});
  }
  if (name == "keras adam") {
    return et::Adam<S>({.learning_rate = rate(0.01), .epsilon = 1e-3, .epsilon_hat = true});
  }
  if (name == "keras amsgrad") {
    return et::AmsGrad<S>(
        {.learning_rate = rate(0.01), .beta2 = 0.95, .epsilon = 1e-3, .epsilon_hat = true});
  }
  if (name == "mlx adam") {
    return et::AdamW<S>(
        {.learning_rate = rate(0.01), .weight_decay = 0.0, .bias_correction = false});
  }
  if (name == "optax adam root") {
    return et::chain<S>(et::adam_root_direction({.epsilon = 1e-4, .epsilon_root = 1e-2}),
                        et::descend(rate(0.01)));
  }
  if (name == "optax amsgrad") {
    return et::chain<S>(et::amsgrad_direction({.beta2 = 0.95}, et::AmsGradMaximum::corrected),
                        et::descend(rate(0.01)));
  }
  if (name == "keras adamax") {
    return et::AdaMax<S>(
        {.learning_rate = rate(0.01), .epsilon = 1e-2, .epsilon_at_divisor = true});
  }
  if (name == "keras adagrad") {
    return et::AdaGrad<S>({.learning_rate = rate(0.1),
                           .initial_accumulator_value = 0.1,
                           .epsilon = 1e-3,
                           .epsilon_inside_root = true});
  }
  if (name == "keras rmsprop") {
    return et::RmsProp<S>(
        {.learning_rate = rate(0.005), .alpha = 0.9, .epsilon = 1e-3, .epsilon_inside_root = true});
  }
  if (name == "keras rmsprop centered") {
    return et::chain<S>(
        et::rms_direction(
            {.alpha = 0.9, .epsilon = 1e-3, .centered = true, .epsilon_inside_root = true}),
        et::descend(rate(0.005)), et::momentum({.momentum = 0.8}));
  }
  const bool nesterov = name == "keras sgd nesterov";
  REQUIRE((nesterov || name == "keras sgd"));
  return et::chain<S>(et::descend(rate(0.02)),
                      et::momentum({.momentum = 0.9, .nesterov = nesterov}));
}

double recorded(const char* digits, int position) {
  std::uint64_t bits = 0;
  for (const char* at = digits + 16 * position; at != digits + 16 * position + 16; ++at) {
    bits = bits * 16 + static_cast<unsigned>(*at <= '9' ? *at - '0' : *at - 'a' + 10);
  }
  return std::bit_cast<double>(bits);
}

/// The largest error of a run over all snapshots, relative to the value or to 1.
double worst_error(const Case& run, double factor = 1.0) {
  const std::string_view name = run.name;
  golden::Model<double> model;
  et::Parameters<double> parameters;
  for (std::size_t i = 0; i < model.parameters.size(); ++i) {
    const golden::Tensor& tensor = golden::tensors[i];
    et::ParameterOptions options;
    if (name.ends_with("groups")) {
      options = {.weight_decay = tensor.decayed,
                 .learning_rate_scale = tensor.learning_rate_scale,
                 .frozen = tensor.frozen};
    }
    parameters.add(et::message("p", i), model.parameters[i], model.gradients[i], options);
  }
  Any optimizer = optimizer_for(name, factor);
  double worst = 0.0;
  std::int64_t count = 0;
  for (std::size_t k = 0; k < std::size(run.values); ++k) {
    while (count < golden::adaptive::snapshots[k]) {
      model.backward(++count);
      optimizer.step(parameters);
    }
    int index = 0, position = 0;
    for (const auto& tensor : model.parameters) {
      for (Eigen::Index r = 0; r < tensor.rows(); ++r) {
        for (Eigen::Index c = 0; c < tensor.cols(); ++c, ++index) {
          if (index % golden::adaptive::sample != golden::adaptive::first) continue;
          const double expected = recorded(run.values[k], position++);
          const double error =
              std::abs(tensor(r, c) - expected) / std::max(1.0, std::abs(expected));
          if (!(error <= worst)) worst = std::isnan(error) ? infinity : error;
        }
      }
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("the adaptive optimizers reproduce the recorded runs") {
  for (const Case& run : golden::adaptive::cases) {
    CAPTURE(run.name);
    CHECK(worst_error(run) <= 1e-12);
  }
}

TEST_CASE("a learning rate 1% off does not reproduce them") {
  for (const Case& run : golden::adaptive::cases) {
    CAPTURE(run.name);
    CHECK(worst_error(run, 1.01) > 1e-11);
  }
}
