// SPDX-License-Identifier: MIT
// Two oracles against each other: the scalar reference must reproduce PyTorch's runs, and
// implementations with a known fault must not, or else the recorded values prove nothing.
#include "support/reference.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/golden.hpp"

namespace {

using golden::Case;
using golden::Options;

/// Follows a recorded run with one machine for each value; `make(options, tensor)` makes one, with
/// the options of that tensor.
template <class Make>
double worst_error(const Case& run, Make make) {
  golden::Model<double> model;
  std::vector<std::vector<decltype(make(run.options, 0))>> machines;
  std::vector<double> scales;
  for (int i = 0; i < golden::tensor_count; ++i) {
    const golden::Tensor& tensor = golden::tensors[i];
    Options options = run.options;
    if (options.grouped && !tensor.decayed) options.weight_decay = 0.0;
    const bool frozen = options.grouped && tensor.frozen;
    scales.push_back(options.grouped ? tensor.learning_rate_scale : 1.0);
    const int size = frozen ? 0 : tensor.rows * tensor.cols;
    machines.emplace_back(static_cast<std::size_t>(size), make(options, i));
  }
  return golden::worst_error(run, model, [&](std::int64_t count) {
    for (std::size_t i = 0; i < machines.size(); ++i) {
      double* p = model.parameters[i].data();
      const double* g = model.gradients[i].data();
      const double rate = golden::rate(run.options, count - 1) * scales[i];
      for (std::size_t j = 0; j < machines[i].size(); ++j) {
        p[j] = machines[i][j].step(p[j], g[j], rate);
      }
    }
  });
}

reference::Sgd sgd(const Options& o) {
  return {o.momentum, o.dampening, o.nesterov, o.weight_decay};
}
reference::RmsProp rms_prop(const Options& o) {
  return {o.alpha, o.epsilon, o.momentum, o.centered, o.weight_decay};
}
reference::Adam adam(const Options& o) {
  const bool decoupled = std::string_view(o.optimizer) == "adamw";
  return {o.beta1, o.beta2, o.epsilon, o.amsgrad, o.weight_decay, decoupled};
}

double reference_error(const Case& run) {
  const std::string_view optimizer = run.options.optimizer;
  if (optimizer == "sgd") {
    return worst_error(run, [](const Options& o, int) { return sgd(o); });
  }
  if (optimizer == "rms_prop") {
    return worst_error(run, [](const Options& o, int) { return rms_prop(o); });
  }
  return worst_error(run, [](const Options& o, int) { return adam(o); });
}

/// Adam with the faults that are found in the field. The time of the correction starts at `t` and
/// grows by `stride` a step; 0 and 1 are right.
struct FaultyAdam {
  double beta1, beta2, epsilon;
  double rate_factor = 1.0;
  bool corrected = true;
  bool epsilon_inside = false;
  bool only_sign = false;
  int t = 0, stride = 1;
  double first = 0.0, second = 0.0;

  double step(double p, double g, double rate) {
    rate *= rate_factor;
    t += stride;
    first = beta1 * first + (1.0 - beta1) * g;
    second = beta2 * second + (1.0 - beta2) * g * g;
    const double m = corrected ? first / (1.0 - std::pow(beta1, t)) : first;
    const double v = corrected ? second / (1.0 - std::pow(beta2, t)) : second;
    if (only_sign) return p - rate * (g > 0.0 ? 1.0 : -1.0);
    return p - rate * m / (epsilon_inside ? std::sqrt(v + epsilon) : std::sqrt(v) + epsilon);
  }
};

FaultyAdam faulty(const Options& o) {
  return {.beta1 = o.beta1, .beta2 = o.beta2, .epsilon = o.epsilon};
}

/// AMSGrad in Optax's form: the largest CORRECTED second moment.
struct MaximumOfHats {
  double beta1, beta2, epsilon;
  int t = 0;
  double first = 0.0, second = 0.0, largest = 0.0;

  double step(double p, double g, double rate) {
    ++t;
    first = beta1 * first + (1.0 - beta1) * g;
    second = beta2 * second + (1.0 - beta2) * g * g;
    largest = std::max(largest, second / (1.0 - std::pow(beta2, t)));
    return p - rate * (first / (1.0 - std::pow(beta1, t))) / (std::sqrt(largest) + epsilon);
  }
};

/// Momentum in Keras's form: the buffer holds steps, not gradients.
struct RateInsideBuffer {
  double momentum;
  bool nesterov;
  double buffer = 0.0;

  double step(double p, double g, double rate) {
    buffer = momentum * buffer - rate * g;
    return p + (nesterov ? momentum * buffer - rate * g : buffer);
  }
};

/// Dampening applied to the first gradient too.
struct DampenedStart {
  double momentum, dampening, weight_decay;
  double buffer = 0.0;

  double step(double p, double g, double rate) {
    buffer = momentum * buffer + (1.0 - dampening) * (g + weight_decay * p);
    return p - rate * buffer;
  }
};

/// RMSProp in Keras's and Optax's form: ε inside the root.
struct EpsilonInside {
  double alpha, epsilon, momentum;
  double square = 0.0, buffer = 0.0;

  double step(double p, double g, double rate) {
    square = alpha * square + (1.0 - alpha) * g * g;
    buffer = momentum * buffer + g / std::sqrt(square + epsilon);
    return p - rate * buffer;
  }
};

/// The recorded runs whose options satisfy a predicate; one at least, or the test tests nothing.
template <class Predicate>
std::vector<Case> runs(std::string_view optimizer, Predicate predicate) {
  std::vector<Case> found;
  for (const Case& run : golden::cases) {
    if (optimizer == run.options.optimizer && predicate(run.options)) found.push_back(run);
  }
  REQUIRE(!found.empty());
  return found;
}

bool plain(const Options& o) {
  return !o.amsgrad && o.weight_decay == 0.0 && !o.grouped;
}

}  // namespace

TEST_CASE("the scalar reference reproduces every recorded run") {
  for (std::size_t i = 0; i < std::size(golden::cases); ++i) {
    CAPTURE(i, golden::cases[i].options.optimizer);
    CHECK(reference_error(golden::cases[i]) <= 1.0);
  }
}

TEST_CASE("PyTorch's own float32 runs stay near its float64 runs") {
  // The tolerance for float follows this distance; if it were large, float tests would prove
  // little.
  for (const Case& run : golden::cases) {
    CAPTURE(run.options.optimizer, run.options.learning_rate, run.options.weight_decay);
    for (std::size_t snapshot = 0; snapshot < std::size(golden::snapshots); ++snapshot) {
      CHECK(golden::tolerance<float>(run, snapshot) < 1e-4);
    }
  }
}

TEST_CASE("a faulty Adam does not pass") {
  struct Fault {
    std::string name;
    void (*make)(FaultyAdam&, int tensor);
  };
  const Fault faults[] = {
      {"beta2 is .99", [](FaultyAdam& a, int) { a.beta2 = a.beta2 == 0.99 ? 0.98 : 0.99; }},
      {"rate 1% too high", [](FaultyAdam& a, int) { a.rate_factor = 1.01; }},
      {"rate 1% too low", [](FaultyAdam& a, int) { a.rate_factor = 0.99; }},
      {"no bias correction", [](FaultyAdam& a, int) { a.corrected = false; }},
      {"the first step has t = 2", [](FaultyAdam& a, int) { a.t = 1; }},
      {"powers advance with every tensor",
       [](FaultyAdam& a, int tensor) {
         a.t = tensor + 1 - golden::tensor_count;
         a.stride = golden::tensor_count;
       }},
      {"epsilon inside the root", [](FaultyAdam& a, int) { a.epsilon_inside = true; }},
      {"only the sign of the gradient", [](FaultyAdam& a, int) { a.only_sign = true; }},
  };
  for (const Case& run : runs("adam", plain)) {
    CAPTURE(run.options.learning_rate, run.options.beta1, run.options.beta2);
    const auto with = [&](auto change) {
      return worst_error(run, [&](const Options& o, int tensor) {
        FaultyAdam machine = faulty(o);
        change(machine, tensor);
        return machine;
      });
    };
    CHECK(with([](FaultyAdam&, int) {}) <= 1.0);  // without a fault it passes
    for (const Fault& fault : faults) {
      CAPTURE(fault.name);
      CHECK(with(fault.make) > 1000.0);  // in double: wrong by 1e-9 at least
    }
  }
}

TEST_CASE("the other frameworks' forms and swapped decays do not pass for PyTorch's") {
  SECTION("AMSGrad over corrected moments") {
    for (const Case& run :
         runs("adam", [](const Options& o) { return o.amsgrad && o.weight_decay == 0.0; })) {
      CHECK(worst_error(run, [](const Options& o, int) {
              return MaximumOfHats{o.beta1, o.beta2, o.epsilon};
            }) > 1000.0);
    }
  }
  SECTION("decay of Adam decoupled, and of AdamW coupled") {
    for (const char* optimizer : {"adam", "adamw"}) {
      for (const Case& run : runs(optimizer, [](const Options& o) { return o.weight_decay > 0; })) {
        CHECK(worst_error(run, [](const Options& o, int) {
                reference::Adam machine = adam(o);
                machine.decoupled = !machine.decoupled;
                return machine;
              }) > 1000.0);
      }
    }
  }
  SECTION("the learning rate inside the momentum buffer, under a schedule") {
    for (const Case& run : runs("sgd", [](const Options& o) { return o.scheduled; })) {
      CHECK(worst_error(run, [](const Options& o, int) {
              return RateInsideBuffer{o.momentum, o.nesterov};
            }) > 1000.0);
    }
  }
  SECTION("dampening of the first gradient, and Nesterov's look ahead left out") {
    for (const Case& run : runs("sgd", [](const Options& o) { return o.dampening > 0.0; })) {
      CHECK(worst_error(run, [](const Options& o, int) {
              return DampenedStart{o.momentum, o.dampening, o.weight_decay};
            }) > 1000.0);
    }
    for (const Case& run : runs("sgd", [](const Options& o) { return o.nesterov; })) {
      CHECK(worst_error(run, [](const Options& o, int) {
              reference::Sgd machine = sgd(o);
              machine.nesterov = false;
              return machine;
            }) > 1000.0);
    }
  }
  SECTION("RMSProp's epsilon inside the root, and the mean not taken off") {
    for (const Case& run :
         runs("rms_prop", [](const Options& o) { return !o.centered && o.weight_decay == 0.0; })) {
      CHECK(worst_error(run, [](const Options& o, int) {
              return EpsilonInside{o.alpha, o.epsilon, o.momentum};
            }) > 1000.0);
    }
    for (const Case& run : runs("rms_prop", [](const Options& o) { return o.centered; })) {
      CHECK(worst_error(run, [](const Options& o, int) {
              reference::RmsProp machine = rms_prop(o);
              machine.centered = false;
              return machine;
            }) > 1000.0);
    }
  }
}
