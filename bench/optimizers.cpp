// SPDX-License-Identifier: MIT
// How near is every optimizer's step to what a loop by hand takes, and how far from LibTorch's?
//
//     optimizers --table [Adam ...] interleaved medians and ratios, as in docs/benchmarks.md
//     optimizers [--benchmark_...]  eigentrain's steps one by one, by Google Benchmark
//
// Beside eigentrain runs a loop written with intrinsics for each rule, which reads and writes the
// same values: with one, two or four registers at a time, AVX2 or AVX-512, its state from plain new
// or placed well, and the fastest on this size is the one that counts. Parameters and gradients are
// from plain new for all. Every rival's steps are verified against scalars in double before it is
// timed; a wrong one ends the program. The second table is eigentrain with OpenMP on two threads
// against one, by the clock on the wall, on sizes that the caches hold.
//
// Links: Google Benchmark; the library with OpenMP (EIGENTRAIN_BENCH_THREADS) and LibTorch
// (EIGENTRAIN_BENCH_TORCH), both optional.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../tests/support/reference.hpp"
#include "eigentrain/core/simd.hpp"
#include "support/contest.hpp"
#include "support/rule_stepper.hpp"

namespace {

using namespace bench;

struct NamedRule {
  Rule rule;
  const char* name;
};
constexpr NamedRule rules[] = {{Rule::sgd, "SGD"},          {Rule::momentum, "SGD, momentum"},
                               {Rule::rms_prop, "RMSProp"}, {Rule::adam, "Adam"},
                               {Rule::adamw, "AdamW"},      {Rule::amsgrad, "AMSGrad"},
                               {Rule::adagrad, "AdaGrad"},  {Rule::lion, "Lion"},
                               {Rule::lars, "LARS"},        {Rule::lamb, "LAMB"}};

constexpr RuleSettings settings;

std::vector<Problem> problems(Rule rule) {
  std::vector<Problem> all = {{"1e3", {1'000}},
                              {"1e5", {100'000}},
                              {"1e6", {1'000'000}},
                              {"1e7", {10'000'000}},
                              {"60 tensors", transformer(128)}};
  // Their loops by hand take whole registers only.
  if (has_trust_ratio(rule)) all.erase(all.begin());
  return all;
}

/// One parameter in double, under every rule.
class Scalar {
 public:
  explicit Scalar(Rule rule) : rule_(rule) {
    sgd_.momentum = rule == Rule::momentum ? settings.momentum : 0.0;
    rms_prop_.alpha = settings.alpha;
    adam_.amsgrad = rule == Rule::amsgrad;
    adam_.decoupled = true;
    adam_.weight_decay = rule == Rule::adamw ? settings.weight_decay : 0.0;
  }

  double step(double p, double g) {
    const double rate = settings.learning_rate;
    if (rule_ == Rule::sgd || rule_ == Rule::momentum) return sgd_.step(p, g, rate);
    if (rule_ == Rule::rms_prop) return rms_prop_.step(p, g, rate);
    if (rule_ == Rule::adagrad) {
      state_ += g * g;
      return p - rate * g / (std::sqrt(state_) + settings.epsilon);
    }
    if (rule_ == Rule::lion) {
      const double mixed = settings.beta1 * state_ + (1.0 - settings.beta1) * g;
      state_ = settings.lion_beta2 * state_ + (1.0 - settings.lion_beta2) * g;
      const double sign = mixed > 0.0 ? 1.0 : mixed < 0.0 ? -1.0 : 0.0;
      return p - rate * (sign + settings.weight_decay * p);
    }
    return adam_.step(p, g, rate);
  }

 private:
  Rule rule_;
  reference::Sgd sgd_;
  reference::RmsProp rms_prop_;
  reference::Adam adam_;
  double state_ = 0.0;
};

/// A tensor's values after steps of LARS or LAMB, in double.
std::vector<double> trusted(Rule rule, const Tensor& t, int steps) {
  std::vector<double> p(t.p, t.p + t.size), u(t.size), state(t.size, 0.0);
  std::vector<reference::Adam> adams(rule == Rule::lamb ? t.size : 0);
  const double rate = settings.learning_rate, decay = settings.weight_decay;
  for (int k = 0; k < steps; ++k) {
    double p2 = 0.0, u2 = 0.0;
    for (std::size_t i = 0; i < t.size; ++i) {
      const auto g = static_cast<double>(t.g[i]);
      // A step from zero at rate 1 is the direction.
      u[i] = rule == Rule::lamb ? decay * p[i] - adams[i].step(0.0, g, 1.0) : g;
      p2 += p[i] * p[i];
      u2 += u[i] * u[i];
    }
    const double below = std::sqrt(u2) + (rule == Rule::lars ? decay * std::sqrt(p2) : 0.0);
    const double ratio = p2 > 0.0 && below > 0.0 ? std::sqrt(p2) / below : 1.0;
    for (std::size_t i = 0; i < t.size; ++i) {
      if (rule == Rule::lamb) {
        p[i] -= rate * ratio * u[i];
      } else {
        const double pulled = settings.trust * ratio * (u[i] + decay * p[i]);
        state[i] = settings.momentum * state[i] + rate * pulled;
        p[i] -= state[i];
      }
    }
  }
  return p;
}

/// Makes three steps and compares them with the scalars: all values, or every 997th of large
/// tensors. Float arithmetic may differ by a few roundings, of the parameter and the step.
void verify(const Contender& contender, Rule rule) {
  constexpr int steps = 3;
  std::vector<double> expected;
  const auto each = [&](const auto& use) {
    for (const Tensor& t : contender.memory->tensors()) {
      for (std::size_t i = 0; i < t.size; i += t.size > 100'000 ? 997u : 1u) use(t.p[i], t.g[i]);
    }
  };
  if (has_trust_ratio(rule)) {
    for (const Tensor& t : contender.memory->tensors()) {
      const std::vector<double> all = trusted(rule, t, steps);
      for (std::size_t i = 0; i < t.size; i += t.size > 100'000 ? 997u : 1u) {
        expected.push_back(all[i]);
      }
    }
  } else {
    each([&](float p, float g) {
      Scalar scalar(rule);
      double value = static_cast<double>(p);
      for (int k = 0; k < steps; ++k) value = scalar.step(value, static_cast<double>(g));
      expected.push_back(value);
    });
  }
  for (int k = 0; k < steps; ++k) contender.step();
  contender.finish();
  std::size_t k = 0;
  each([&](float p, float) {
    require_close(contender.name, "a parameter", static_cast<double>(p), expected[k++], 1e-6);
  });
}

std::shared_ptr<Memory> memory_for(const Problem& problem, Rule rule, Layout layout) {
  return std::make_shared<Memory>(problem.sizes, layout,
                                  rule == Rule::amsgrad || rule == Rule::lamb ? 5u : 4u);
}

RuleScalars scalars(Rule rule, std::int64_t count) {
  const auto t = static_cast<double>(count);
  const bool corrects = rule == Rule::adam || rule == Rule::adamw || rule == Rule::amsgrad;
  const bool has_momentum = rule == Rule::momentum || rule == Rule::lars;
  const double beta1 = has_momentum ? settings.momentum : settings.beta1;
  const double beta2 = rule == Rule::rms_prop ? settings.alpha
                       : rule == Rule::lion   ? settings.lion_beta2
                                              : settings.beta2;
  const double rate = settings.learning_rate / (corrects ? 1.0 - std::pow(beta1, t) : 1.0);
  // LAMB corrects before it takes a norm, so that the correction can't be the rate's.
  const double first = rule == Rule::lamb ? 1.0 - std::pow(beta1, t) : 1.0;
  const auto f = [](double x) { return static_cast<float>(x); };
  return {.rate = f(rate),
          .keep = f(1.0 - settings.learning_rate * settings.weight_decay),
          .beta1 = f(beta1),
          .rest1 = f(1.0 - beta1),
          .beta2 = f(beta2),
          .rest2 = f(1.0 - beta2),
          .root = f(first / std::sqrt(1.0 - std::pow(beta2, t))),
          .epsilon = f(first * settings.epsilon),
          .decay = f(settings.weight_decay),
          .trust = f(rule == Rule::lars ? settings.trust : 1.0)};
}

struct Choice {
  std::string name;
  RuleLoop loop = nullptr;
  Layout layout = Layout::plain;
};

Contender by_hand(const std::shared_ptr<Memory>& memory, Rule rule, const Choice& choice) {
  return {"by hand", memory, [memory, rule, loop = choice.loop, t = std::int64_t{0}]() mutable {
            const RuleScalars s = scalars(rule, ++t);
            for (const Tensor& tensor : memory->tensors()) loop(tensor, s);
          }};
}

/// All loops by hand that this machine can run.
std::vector<Choice> loops(Rule rule) {
  std::vector<Choice> all;
  const auto add = [&](const std::string& name, const RuleLoops& found) {
    const char* unrolled[] = {"", ", twice unrolled", ", four times unrolled"};
    for (int k = 0; k < 3; ++k) {
      for (const Layout layout : {Layout::plain, Layout::moments}) {
        const char* where = layout == Layout::plain ? ", all from plain new" : ", state staggered";
        all.push_back({name + unrolled[k] + where, found.loops[k], layout});
      }
    }
  };
  add("AVX2", avx2_loops(rule));
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    add("AVX-512", avx512_loops(rule));
  }
  return all;
}

/// The fastest of them on this problem, by a short contest of its own.
Choice fastest_loop(const Problem& problem, Rule rule) {
  const std::vector<Choice> choices = loops(rule);
  const auto plain = memory_for(problem, rule, Layout::plain);
  const auto staggered = memory_for(problem, rule, Layout::moments);
  std::vector<Rival> rivals;
  for (const Choice& choice : choices) {
    const auto& memory = choice.layout == Layout::plain ? plain : staggered;
    memory->reset();
    const Contender contender = by_hand(memory, rule, choice);
    verify(contender, rule);
    rivals.push_back({choice.name, contender.step});
  }
  return choices[fastest(rivals)];
}

/// Nothing (an empty name) where the maker doesn't have the rule.
Contender made_by(const char* name, MakeRuleStepper make, const Problem& problem, Rule rule) {
  auto memory = memory_for(problem, rule, Layout::plain);
  std::shared_ptr<Stepper> stepper = make(rule, settings, memory->tensors());
  if (!stepper) return {};
  return {name, memory, [stepper] { stepper->step(); }, [stepper] { stepper->finish(); }};
}

std::vector<Contender> contenders(const Problem& problem, Rule rule, const Choice& choice) {
  std::vector<Contender> all = made_by_lot({
      [&] { return by_hand(memory_for(problem, rule, choice.layout), rule, choice); },
      [&] { return made_by("eigentrain", make_eigentrain_rule, problem, rule); },
#ifdef EIGENTRAIN_BENCH_TORCH
      [&] { return made_by("LibTorch", make_torch_rule, problem, rule); },
#endif
  });
  std::erase_if(all, [](const Contender& contender) { return !contender.memory; });
  for (const Contender& contender : all) verify(contender, rule);
  return all;
}

/// The rules that the arguments name, or all.
std::vector<NamedRule> chosen(int argc, char** argv) {
  std::vector<NamedRule> found;
  for (const NamedRule& named : rules) {
    const bool asked = std::find_if(argv + 1, argv + argc, [&](const char* name) {
                         return std::string(name) == named.name;
                       }) != argv + argc;
    if (argc == 1 || asked) found.push_back(named);
  }
  return found;
}

/// Nanoseconds a parameter; eigentrain's speed as a share of the loop's by hand, LibTorch's time as
/// a multiple of eigentrain's. Where the noise is more than a few percent, the machine was busy and
/// the row says little.
void print_rivals(const std::vector<NamedRule>& asked) {
  std::printf(
      "\nns a parameter\n\n| optimizer | parameters | by hand | eigentrain | its speed | "
      "LibTorch | its time over eigentrain's | noise |\n|---|---|---|---|---|---|---|---|\n");
  std::string notes;
  for (const NamedRule& named : asked) {
    notes += std::string(named.name) + ":";
    for (const Problem& problem : problems(named.rule)) {
      const Choice choice = fastest_loop(problem, named.rule);
      std::vector<std::string> names;
      const std::vector<Result> results =
          compare_placements([&] { return contenders(problem, named.rule, choice); }, names);
      const double scale = 1e9 / problem.total();
      std::printf("| %s | %s | %.3f | %.3f | %.1f%% |", named.name, problem.name.c_str(),
                  results[0].seconds * scale, results[1].seconds * scale, 100.0 / results[1].ratio);
      if (results.size() > 2) {
        std::printf(" %.3f | %.1f |", results[2].seconds * scale,
                    results[2].ratio / results[1].ratio);
      } else {
        std::printf(" | |");
      }
      std::printf(" %.1f%% |\n", 50.0 * (results[0].noise + results[1].noise));
      std::fflush(stdout);
      notes += " " + problem.name + " " + choice.name + ";";
    }
    notes += "\n";
  }
  std::printf("\nFastest by hand:\n%s", notes.c_str());
}

#ifdef EIGENTRAIN_BENCH_THREADS
/// Two threads against one, by the clock on the wall.
void print_threads(const std::vector<NamedRule>& asked) {
  std::printf(
      "\nns a parameter with OpenMP, by the clock on the wall\n\n| optimizer | parameters | "
      "one thread | two threads | times as fast | noise |\n|---|---|---|---|---|---|\n");
  for (const NamedRule& named : asked) {
    for (const Problem& problem : problems(named.rule)) {
      if (problem.total() < 1e5 || problem.total() > 2e6) continue;
      std::vector<std::string> names;
      const auto make = [&] {
        std::vector<Contender> all;
        for (const int threads : {1, 2}) {
          Contender one = made_by(threads == 1 ? "one thread" : "two threads",
                                  make_eigentrain_rule_threads, problem, named.rule);
          one.step = [step = one.step, threads] {
            set_eigentrain_threads(threads);
            step();
          };
          verify(one, named.rule);
          all.push_back(one);
        }
        return all;
      };
      const std::vector<Result> results = compare_placements(make, names, wall_seconds);
      const double scale = 1e9 / problem.total();
      std::printf("| %s | %s | %.3f | %.3f | %.2f | %.1f%% |\n", named.name, problem.name.c_str(),
                  results[0].seconds * scale, results[1].seconds * scale, 1.0 / results[1].ratio,
                  50.0 * (results[0].noise + results[1].noise));
      std::fflush(stdout);
    }
  }
}
#endif

}  // namespace

int main(int argc, char** argv) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    std::fprintf(stderr, "optimizers: the loops by hand need AVX2 and FMA\n");
    return 1;
  }
  const bool table = take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes\n", processor().c_str(), compiler(),
              static_cast<int>(eigentrain::simd_level()));
  if (table) {
    const std::vector<NamedRule> asked = chosen(argc, argv);
    print_rivals(asked);
#ifdef EIGENTRAIN_BENCH_THREADS
    if (std::thread::hardware_concurrency() > 1) print_threads(asked);
#endif
    return 0;
  }
  for (const NamedRule& named : rules) {
    for (const Problem& problem : problems(named.rule)) {
      const Contender contender = made_by("eigentrain", make_eigentrain_rule, problem, named.rule);
      verify(contender, named.rule);
      const std::string name = std::string(named.name) + "/" + problem.name;
      benchmark::RegisterBenchmark(name.c_str(), [contender](benchmark::State& state) {
        for (auto _ : state) contender.step();
      });
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
