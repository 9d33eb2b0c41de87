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
#include "eigentrain/optim/rprop.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

#include "eigentrain/direction/adam_root.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/direction/rms.hpp"
#include "golden/adaptive.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/hash.hpp"
#include "support/levels.hpp"
#include "support/optimizers.hpp"

namespace et = eigentrain;

namespace {

using golden::adaptive::Case;

constexpr double infinity = et::ranges::infinity;

/// The library's optimizer for a case; `factor` falsifies its learning rate.
template <class S>
et::test::AnyOptimizer<S> optimizer_for(std::string_view name, double factor = 1.0) {
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
    return et::Adam<S>({.learning_rate = rate(0.01), .bias_correction = false});
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
  if (name.starts_with("keras rmsprop")) {
    const bool centered = name == "keras rmsprop centered";
    return et::chain<S>(
        et::rms_direction(
            {.alpha = 0.9, .epsilon = 1e-3, .centered = centered, .epsilon_inside_root = true}),
        et::descend(rate(0.005)), et::momentum({.momentum = centered ? 0.8 : 0.0}));
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

/// A run of a case, for float too.
template <class S>
struct Run {
  golden::Model<S> model;
  et::Parameters<S> parameters;
  et::test::AnyOptimizer<S> optimizer;
  std::int64_t count = 0;

  explicit Run(std::string_view name, double factor = 1.0)
      : optimizer(optimizer_for<S>(name, factor)) {
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
  }

  void go_to(std::int64_t step) {
    while (count < step) {
      model.backward(++count);
      optimizer.step(parameters);
    }
  }

  /// All values, row by row.
  std::vector<S> values() const {
    std::vector<S> result;
    for (const auto& tensor : model.parameters) {
      for (Eigen::Index i = 0; i < tensor.size(); ++i) {
        result.push_back(tensor(i / tensor.cols(), i % tensor.cols()));
      }
    }
    return result;
  }
};

/// The largest error of a run over all snapshots, relative to the value or to 1.
double worst_error(const Case& recorded_run, double factor = 1.0) {
  Run<double> run(recorded_run.name, factor);
  double worst = 0.0;
  for (std::size_t k = 0; k < std::size(recorded_run.values); ++k) {
    run.go_to(golden::adaptive::snapshots[k]);
    const std::vector<double> values = run.values();
    int position = 0;
    for (std::size_t i = golden::adaptive::first; i < values.size();
         i += golden::adaptive::sample) {
      const double expected = recorded(recorded_run.values[k], position++);
      const double error = std::abs(values[i] - expected) / std::max(1.0, std::abs(expected));
      if (!(error <= worst)) worst = std::isnan(error) ? infinity : error;
    }
  }
  return worst;
}

/// The bits of a run's 200th step.
template <class S>
std::uint64_t hash_of(const char* name) {
  Run<S> run(name);
  run.go_to(200);
  const std::vector<S> values = run.values();
  return et::test::hash_bits(values.data(), static_cast<std::int64_t>(values.size()));
}

}  // namespace

TEST_CASE("the adaptive optimizers reproduce the recorded runs") {
  for (const Case& run : golden::adaptive::cases) {
    CAPTURE(run.name);
    CHECK(worst_error(run) <= 1e-13);  // what PyTorch and Python round otherwise
  }
}

TEST_CASE("a learning rate 1% off does not reproduce them", "[long]") {
  for (const Case& run : golden::adaptive::cases) {
    CAPTURE(run.name);
    CHECK(worst_error(run, 1.01) > 1e-3);
  }
}

TEST_CASE("the runs have the same bits everywhere") {
  struct Expected {
    const char* name;
    std::uint64_t in_float, in_double;
  };
  const Expected runs[] = {
      {"torch adagrad", 0xe30506a10c75412du, 0xa3fbb15acb014dd8u},
      {"torch adagrad all", 0xfc8b0c1c54d5b975u, 0xeb141c0e8d7f3c35u},
      {"torch adagrad groups", 0xc6de3e234bb3d1fbu, 0x641b45087fbb4e74u},
      {"torch adadelta", 0x41fbcdab8ff59981u, 0xb79c94821501a122u},
      {"torch adadelta all", 0xcadfcff62d0c4188u, 0x8a2c80bc6cb2e1f5u},
      {"torch adadelta groups", 0xa208555c51aba556u, 0x662a152b0af605dcu},
      {"torch adamax", 0xe02dd4851010f9d3u, 0x8df1001b28ffa070u},
      {"torch adamax all", 0x5fb09560e6bd8995u, 0xd5e84951634c2b4eu},
      {"torch adamax groups", 0xb521ffa67cf2c651u, 0xf718fad4f6c03cd8u},
      {"torch radam", 0x703636977dfaee07u, 0x7e2abaf7c73ea92eu},
      {"torch radam all", 0x8179ccbf38897fa2u, 0x1b1698d5c564d640u},
      {"torch radam never", 0x154ceacaf764b45cu, 0x37bd3351e28ecd6fu},
      {"torch radam groups", 0x40e298b832b2de52u, 0x677548dcbbb560e7u},
      {"torch rprop", 0x1c9e6e33a705cfbdu, 0xd69c224cd0686ce7u},
      {"torch rprop all", 0x2077b9301ace2967u, 0xfc936d8b5b43d1f3u},
      {"nadam", 0x45e972438f4d9aefu, 0x3313a77230e4c2cbu},
      {"nadam all", 0x66579439d0abb664u, 0x800b5cba36100baau},
      {"nadam scheduled", 0xa479d82189e6b1aeu, 0xcebb041af4ead440u},
      {"keras nadam", 0x2805d29010504c78u, 0xcfdd01a64b6785acu},
      {"optax nadam", 0x7320b2b01b98195du, 0xa6b194020c65aeb5u},
      {"optax radam", 0x5cc6eea287cf89dbu, 0x4adf874c3ec8cad9u},
      {"keras adam", 0x3ad5350fe47a42efu, 0xd5599a3273cffb11u},
      {"keras amsgrad", 0xb26eba6edc6f4e8du, 0xbc9aea753071cf10u},
      {"mlx adam", 0x5753704848e6d711u, 0x60f5a1eae784fb83u},
      {"optax adam root", 0x90c9023ccfbfb9e7u, 0xd3487d13cea07eccu},
      {"optax amsgrad", 0xcc751dc2f7ff9491u, 0x333c21aaceebf08cu},
      {"keras adamax", 0x0a7fc91bea73e5e9u, 0x57e071f8dacb7e3fu},
      {"keras adagrad", 0x37517a1f8de833d6u, 0x8bb058ac2286d8b9u},
      {"keras rmsprop", 0x6a8a696a341e6bf1u, 0x06c35731c00dcfc2u},
      {"keras rmsprop centered", 0x77e78f2cd9add8a8u, 0xa303370262f42e7fu},
      {"keras sgd", 0xf5705a342bde6fdfu, 0x3c48d4850343effau},
      {"keras sgd nesterov", 0x987cda3ddf1e1d98u, 0x5a67c38d9102d98du},
  };
  static_assert(std::size(runs) == std::size(golden::adaptive::cases));
  et::test::at_every_level([&] {
    for (const Expected& run : runs) {
      CAPTURE(run.name, static_cast<int>(et::simd_level()));
      CHECK(hash_of<float>(run.name) == run.in_float);
      CHECK(hash_of<double>(run.name) == run.in_double);
    }
  });
}
