// SPDX-License-Identifier: MIT
// The four optimizers against PyTorch's recorded runs, and against the scalar reference over random
// options. That the recorded runs catch the usual faults is shown in tests/golden/reference.cpp.
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/reference.hpp"

namespace et = eigentrain;

namespace {

using golden::Case;
using golden::Options;

template <class S>
et::Parameters<S> parameters_of(golden::Model<S>& model, bool grouped) {
  et::Parameters<S> parameters;
  for (int i = 0; i < golden::tensor_count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const golden::Tensor& tensor = golden::tensors[i];
    et::ParameterOptions options;
    if (grouped) {
      options = {.weight_decay = tensor.decayed,
                 .learning_rate_scale = tensor.learning_rate_scale,
                 .frozen = tensor.frozen};
    }
    parameters.add("tensor" + std::to_string(i), model.parameters[index], model.gradients[index],
                   options);
  }
  return parameters;
}

et::SgdOptions sgd(const Options& o, et::Schedule rate) {
  return {.learning_rate = rate,
          .momentum = o.momentum,
          .dampening = o.dampening,
          .nesterov = o.nesterov,
          .weight_decay = o.weight_decay};
}
et::RmsPropOptions rms_prop(const Options& o, et::Schedule rate) {
  return {.learning_rate = rate,
          .alpha = o.alpha,
          .epsilon = o.epsilon,
          .weight_decay = o.weight_decay,
          .momentum = o.momentum,
          .centered = o.centered};
}
et::AdamOptions adam(const Options& o, et::Schedule rate) {
  return {.learning_rate = rate,
          .beta1 = o.beta1,
          .beta2 = o.beta2,
          .epsilon = o.epsilon,
          .weight_decay = o.weight_decay};
}
et::AdamWOptions adamw(const Options& o, et::Schedule rate) {
  return {.learning_rate = rate,
          .beta1 = o.beta1,
          .beta2 = o.beta2,
          .epsilon = o.epsilon,
          .weight_decay = o.weight_decay};
}

/// Calls `use` with the library's optimizer that the options describe.
template <class S, class Use>
void with_optimizer(const Options& o, const et::Schedule& rate, Use use) {
  const std::string_view name = o.optimizer;
  if (name == "sgd") {
    et::Sgd<S> optimizer(sgd(o, rate));
    use(optimizer);
  } else if (name == "rms_prop") {
    et::RmsProp<S> optimizer(rms_prop(o, rate));
    use(optimizer);
  } else if (name == "adam") {
    if (o.amsgrad) {
      et::AmsGrad<S> optimizer(adam(o, rate));
      use(optimizer);
    } else {
      et::Adam<S> optimizer(adam(o, rate));
      use(optimizer);
    }
  } else if (o.amsgrad) {
    et::AmsGradW<S> optimizer(adamw(o, rate));
    use(optimizer);
  } else {
    et::AdamW<S> optimizer(adamw(o, rate));
    use(optimizer);
  }
}

/// The library's worst error over a recorded run. `factor` falsifies the learning rate.
template <class S>
double worst_error(const Case& run, double factor = 1.0) {
  golden::Model<S> model;
  et::Parameters<S> parameters = parameters_of(model, run.options.grouped);
  const et::Schedule rate(
      [&run, factor](std::int64_t index) { return factor * golden::rate(run.options, index); });
  double error = 0.0;
  with_optimizer<S>(run.options, rate, [&](auto& optimizer) {
    error = golden::worst_error(run, model, [&](std::int64_t) { optimizer.step(parameters); });
    CHECK(optimizer.count() == 1000);
  });
  return error;
}

/// Numbers for random options: the same sequence with every standard library.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : seed_(seed) {}
  /// Uniform in [low, high).
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(golden::mixed(seed_, count_++)) / 4294967296.0;
  }
  bool coin() { return between(0.0, 1.0) < 0.5; }

 private:
  std::int64_t seed_;
  int count_ = 0;
};

Options random_options(const char* optimizer, Numbers& random) {
  const bool momentum = random.coin();
  const bool nesterov = momentum && random.coin();
  return {.optimizer = optimizer,
          .learning_rate = std::pow(10.0, random.between(-4.0, -1.0)),
          .momentum = momentum ? random.between(0.1, 0.99) : 0.0,
          .dampening = momentum && !nesterov && random.coin() ? random.between(0.0, 0.9) : 0.0,
          .nesterov = nesterov,
          .alpha = random.between(0.8, 0.999),
          .epsilon = std::pow(10.0, random.between(-10.0, -2.0)),
          .centered = random.coin(),
          .beta1 = random.between(0.0, 0.99),
          .beta2 = random.between(0.5, 0.9999),
          .amsgrad = random.coin(),
          .weight_decay = random.coin() ? random.between(0.0, 0.5) : 0.0,
          .scheduled = false,
          .grouped = false};
}

/// One scalar of the reference, whichever optimizer it is.
class Machine {
 public:
  explicit Machine(const Options& o)
      : name_(o.optimizer),
        sgd_{o.momentum, o.dampening, o.nesterov, o.weight_decay},
        rms_prop_{o.alpha, o.epsilon, o.momentum, o.centered, o.weight_decay},
        adam_{o.beta1, o.beta2, o.epsilon, o.amsgrad, o.weight_decay, name_ == "adamw"} {}

  double step(double p, double g, double rate) {
    if (name_ == "sgd") return sgd_.step(p, g, rate);
    if (name_ == "rms_prop") return rms_prop_.step(p, g, rate);
    return adam_.step(p, g, rate);
  }

 private:
  std::string_view name_;
  reference::Sgd sgd_;
  reference::RmsProp rms_prop_;
  reference::Adam adam_;
};

constexpr const char* optimizers[] = {"sgd", "rms_prop", "adam", "adamw"};

}  // namespace

TEMPLATE_TEST_CASE("the optimizers reproduce PyTorch's recorded runs", "", float, double) {
  for (std::size_t i = 0; i < std::size(golden::cases); ++i) {
    CAPTURE(i, golden::cases[i].options.optimizer);
    CHECK(worst_error<TestType>(golden::cases[i]) <= 1.0);
  }
}

TEMPLATE_TEST_CASE("a learning rate 1% off does not reproduce them", "[long]", float, double) {
  for (std::size_t i = 0; i < std::size(golden::cases); ++i) {
    CAPTURE(i, golden::cases[i].options.optimizer);
    CHECK(worst_error<TestType>(golden::cases[i], 1.01) > 10.0);
    CHECK(worst_error<TestType>(golden::cases[i], 0.99) > 10.0);
  }
}

TEST_CASE("random options, sizes and gradients give what the scalar reference gives") {
  constexpr int rounds = 60, steps = 40;
  for (const char* name : optimizers) {
    for (int round = 0; round < rounds; ++round) {
      Numbers random(static_cast<std::uint32_t>(round));
      const Options options = random_options(name, random);
      const auto size = static_cast<Eigen::Index>(random.between(1.0, 70.0));
      Eigen::VectorXd p(size), g(size);
      for (double& value : p) value = random.between(-2.0, 2.0);
      Eigen::VectorXd expected = p;
      std::vector<Machine> machines(static_cast<std::size_t>(size), Machine(options));

      et::Parameters<double> parameters;
      parameters.add("p", p, g);
      with_optimizer<double>(options, options.learning_rate, [&](auto& optimizer) {
        for (int step = 0; step < steps; ++step) {
          for (double& value : g) value = random.between(-1.0, 1.0);
          optimizer.step(parameters);
          for (Eigen::Index i = 0; i < size; ++i) {
            expected[i] = machines[static_cast<std::size_t>(i)].step(expected[i], g[i],
                                                                     options.learning_rate);
          }
        }
      });
      const double scale = std::max(1.0, expected.lpNorm<Eigen::Infinity>());
      CAPTURE(name, round, size, options.learning_rate, options.momentum, options.epsilon,
              options.weight_decay);
      REQUIRE(expected.allFinite());
      CHECK((p - expected).cwiseAbs().maxCoeff() <= 1e-12 * scale);
    }
  }
}

TEST_CASE("one step in float is right to the last places of the parameter and its update") {
  // Three roundings of the parameter's size (the product with the decay, the subtraction, its own)
  // and sixteen of the update's, which goes through two moments, a root and a division.
  constexpr double unit = 0x1p-24;
  for (const char* name : optimizers) {
    for (int round = 0; round < 100; ++round) {
      Numbers random(static_cast<std::uint32_t>(1000 + round));
      Options options = random_options(name, random);
      options.centered = false;  // its difference of squares loses digits by nature
      const bool coupled = std::string_view(name) != "adamw";
      if (coupled) options.weight_decay = 0.0;  // the sum with the gradient may cancel
      Eigen::VectorXf p(37), g(37);
      for (float& value : p) value = static_cast<float>(random.between(-2.0, 2.0));
      for (float& value : g) value = static_cast<float>(random.between(-1.0, 1.0));
      const Eigen::VectorXf start = p;

      et::Parameters<float> parameters;
      parameters.add("p", p, g);
      with_optimizer<float>(options, options.learning_rate,
                            [&](auto& optimizer) { optimizer.step(parameters); });
      for (Eigen::Index i = 0; i < p.size(); ++i) {
        const double before = static_cast<double>(start[i]);
        const double expected =
            Machine(options).step(before, static_cast<double>(g[i]), options.learning_rate);
        CAPTURE(name, round, i, before, g[i], options.learning_rate);
        CHECK(std::abs(static_cast<double>(p[i]) - expected) <=
              unit * (3.0 * std::abs(before) + 16.0 * std::abs(expected - before)));
      }
    }
  }
}
