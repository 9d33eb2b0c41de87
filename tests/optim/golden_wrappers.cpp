// SPDX-License-Identifier: MIT
// What stands around the optimizers, and hyperparameters that change, against PyTorch's recorded
// runs and those of tests/golden/wrappers.py.
#include "eigentrain/gradient/centralize.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/any.hpp"
#include "eigentrain/optim/average_parameters.hpp"
#include "eigentrain/optim/lookahead.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/optim/with_averages.hpp"
#include "eigentrain/schedule/scheduled.hpp"
#include "golden/wrappers.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "support/catch.hpp"

namespace et = eigentrain;

namespace {

// A multiple of 2⁻¹¹ in [−1, 1), the script's.
double centered(std::int64_t step, int index) {
  std::uint32_t x = static_cast<std::uint32_t>(step) * 0x9E3779B1u +
                    static_cast<std::uint32_t>(index) * 0x85EBCA77u + 0x165667B1u;
  x = (x ^ (x >> 16)) * 0x7FEB352Du;
  x = (x ^ (x >> 15)) * 0x846CA68Bu;
  return static_cast<double>((x ^ (x >> 16)) >> 20) / 2048.0 - 1.0;
}

struct Model {
  Eigen::MatrixXd W{3, 4}, dW{3, 4};
  Eigen::VectorXd b{7}, db{7};
  et::Parameters<double> parameters;
  Model() {
    for (int i = 0; i < 19; ++i) value(i) = 2.0 * centered(1'000'000, i);
    parameters.add("W", W, dW).add("b", b, db);
  }
  Model(const Model&) = delete;
  double& value(int i) { return i < 12 ? W(i / 4, i % 4) : b[i - 12]; }
  double& gradient(int i) { return i < 12 ? dW(i / 4, i % 4) : db[i - 12]; }
  void backward(std::int64_t step) {
    for (int i = 0; i < 19; ++i) {
      const double target = 2.0 * centered(1'000'001, i);
      gradient(i) = std::ldexp(value(i) - target, -(i % 3)) + centered(step, i);
    }
  }
  double error(const double (&expected)[19]) {
    double worst = 0.0;
    for (int i = 0; i < 19; ++i) {
      const double e = std::abs(value(i) - expected[i]) / std::max(1.0, std::abs(expected[i]));
      worst = e <= worst ? worst : e;
    }
    return worst;
  }
};

// Of the cases below.
static_assert(std::size(golden::wrapper_cases) == 15);

// 1,000 steps, of which the snapshots must be the recorded ones; read(model, look) calls look()
// with what is recorded in the place of the parameters.
template <class Optimizer, class Read, class Change>
void replay(std::string_view name, Optimizer optimizer, const Read& read, const Change& change) {
  for (const golden::WrapperCase& run : golden::wrapper_cases) {
    if (run.name != name) continue;
    CAPTURE(name);
    Model model;
    int snapshot = 0;
    for (int t = 1; t <= 1000; ++t) {
      model.backward(t);
      change(optimizer, t);
      optimizer.step(model.parameters);
      if (t != golden::wrapper_snapshots[snapshot]) continue;
      CAPTURE(t);
      read(optimizer, model, [&] { CHECK(model.error(run.values[snapshot]) < 1e-12); });
      ++snapshot;
    }
    CHECK(snapshot == 5);
    return;
  }
  FAIL("no case " << name);
}

constexpr auto parameters = [](auto&, Model&, const auto& look) { look(); };
constexpr auto averages = [](auto& optimizer, Model& model, const auto& look) {
  et::with_averages(optimizer, model.parameters, look);
};
constexpr auto same = [](auto&, int) {};

const auto base = [](auto... behind) {
  return et::chain<double>(et::sgd({.learning_rate = 0.05, .momentum = 0.9}), behind...);
};
constexpr auto bare_adam = [](auto... around) {
  return et::chain<double>(around..., et::adam({.learning_rate = 0.02}));
};

}  // namespace

TEST_CASE("lookahead is the paper's") {
  replay("sgd_lookahead", base(et::lookahead({.period = 6, .alpha = 0.5})), parameters, same);
  replay("adam_lookahead",
         et::chain<double>(et::adam({.learning_rate = 0.02}),
                           et::lookahead({.period = 5, .alpha = 0.8})),
         parameters, same);
}

TEST_CASE("averages are those of PyTorch, Keras and Optax") {
  using enum et::EmaStart;
  using enum et::EmaWarmup;
  replay("swa", base(et::average_parameters()), averages, same);
  replay("swa_every", base(et::average_parameters({.start = 1, .every = 7})), averages, same);
  const auto ema = [](std::string_view name, const et::EmaOptions& options) {
    replay(name, base(et::ema_parameters(options)), averages, same);
  };
  ema("ema", {.decay = 0.99});
  ema("ema_keras", {.decay = 0.99, .start = initial});
  ema("ema_optax", {.decay = 0.99, .start = debiased});
  ema("ema_ramp", {.decay = 0.99, .start = initial, .warmup = ramp});
  ema("ema_power",
      {.decay = 0.99, .start = initial, .warmup = power, .inverse_gamma = 2.0, .power = 0.75});
}

TEST_CASE("centralized gradients are the authors'") {
  replay("centralized_sgd",
         et::chain<double>(et::centralize(), et::sgd({.learning_rate = 0.05, .momentum = 0.9})),
         parameters, same);
  replay("centralized_adam", bare_adam(et::centralize()), parameters, same);
}

TEST_CASE("hyperparameters that change are PyTorch's param_groups") {
  replay("scheduled_momentum",
         et::chain<double>(et::scheduled([](std::int64_t step) {
                             return et::momentum({.momentum = step % 2 == 0 ? 0.5 : 0.75});
                           }),
                           et::descend(0.05)),
         parameters, same);
  replay("scheduled_betas",
         et::chain<double>(et::scheduled([](std::int64_t step) {
                             return et::adam_direction({.beta1 = step < 49 ? 0.875 : 0.75,
                                                        .beta2 = step % 3 != 2 ? 0.99 : 0.98});
                           }),
                           et::descend(0.02)),
         parameters, same);
  replay("scheduled_decay",
         et::chain<double>(et::scheduled([](std::int64_t step) {
                             return et::add_decay(0.125 / static_cast<double>(step + 1));
                           }),
                           et::descend(0.05)),
         parameters, same);
  const auto halve = [](auto& optimizer, int t) {
    if (t == 5 || t == 50 || t == 500) {
      optimizer.set_learning_rate(0.5 * optimizer.learning_rate());
    }
  };
  replay("rate_by_hand", et::AnyOptimizer<double>(et::Adam<double>({.learning_rate = 0.02})),
         parameters, halve);
}
