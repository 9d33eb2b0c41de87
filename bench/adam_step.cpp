// SPDX-License-Identifier: MIT
// How near is the Adam step to what the machine can do?
//
//     adam_step --table            interleaved medians and ratios, as in docs/benchmarks.md
//     adam_step [--benchmark_...]  the same rivals one by one, by Google Benchmark
//
// Beside eigentrain run: loops written by hand with intrinsics, of which the fastest counts; the
// memory's bounds (reading the four streams, and reading and writing what a step does, without its
// arithmetic); eigentrain compiled with -march=native; LibTorch, if it was found. Parameters and
// gradients are the user's: all run on arrays from plain new, which is what Eigen's vectors are in
// a default build, and once more on aligned ones. Every rival's steps are verified against the
// scalar reference before it is timed; a wrong one ends the program.
//
// Links: Google Benchmark; the library of the native build (EIGENTRAIN_BENCH_NATIVE); LibTorch
// (optional, EIGENTRAIN_BENCH_TORCH).
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../tests/support/reference.hpp"
#include "eigentrain/core/simd.hpp"
#include "support/adam_loops.hpp"
#include "support/measure.hpp"
#include "support/memory.hpp"
#include "support/stepper.hpp"

namespace {

using namespace bench;
using Sizes = std::vector<std::size_t>;

struct Problem {
  std::string name;
  Sizes sizes;
};

/// Sixty tensors, 991,360 values: five transformer layers 128 wide, with their biases and norms.
Sizes transformer() {
  Sizes sizes;
  for (int layer = 0; layer < 5; ++layer) {
    for (int size : {128, 128, 384 * 128, 384, 128 * 128, 128,     // norm, in, out
                     128, 128, 512 * 128, 512, 128 * 512, 128}) {  // norm, up, down
      sizes.push_back(static_cast<std::size_t>(size));
    }
  }
  return sizes;
}

std::vector<Problem> problems() {
  return {{"1e3", {1'000}},
          {"1e5", {100'000}},
          {"1e6", {1'000'000}},
          {"1e7", {10'000'000}},
          {"60 tensors", transformer()}};
}

/// A rival with its memory.
struct Contender {
  std::string name;
  std::shared_ptr<Memory> memory;
  std::function<void()> step;
  std::function<void()> finish = [] {};
};

Contender hand_written(const std::shared_ptr<Memory>& memory, const NamedLoop& loop,
                       Layout layout) {
  auto step = [memory, loop, t = std::int64_t{0}]() mutable {
    const AdamScalars scalars(AdamSettings{}, ++t);
    for (const Tensor& tensor : memory->tensors()) loop.loop(tensor, scalars);
  };
  const char* where[] = {", all from plain new", ", moments staggered", ", all staggered"};
  return {loop.name + where[static_cast<int>(layout)], memory, step};
}

Contender made_by(const char* name, MakeStepper make, const Problem& problem, Algorithm algorithm,
                  Layout layout) {
  auto memory = std::make_shared<Memory>(problem.sizes, layout);
  std::shared_ptr<Stepper> stepper = make(algorithm, AdamSettings{}, memory->tensors());
  return {name, memory, [stepper] { stepper->step(); }, [stepper] { stepper->finish(); }};
}

/// Makes three steps and compares them with the scalar reference: all values, or every 997th of
/// large tensors. Float arithmetic may differ by a few roundings, of the parameter and the step.
void verify(const Contender& contender, Algorithm algorithm) {
  constexpr int steps = 3;
  const AdamSettings settings;
  std::vector<std::vector<double>> expected;
  const auto stride = [](std::size_t size) { return size > 100'000 ? 997u : 1u; };
  for (const Tensor& tensor : contender.memory->tensors()) {
    expected.emplace_back();
    for (std::size_t i = 0; i < tensor.size; i += stride(tensor.size)) {
      reference::Adam adam{
          .beta1 = settings.beta1,
          .beta2 = settings.beta2,
          .epsilon = settings.epsilon,
          .weight_decay = algorithm == Algorithm::adamw ? settings.weight_decay : 0.0,
          .decoupled = algorithm == Algorithm::adamw};
      double p = tensor.p[i];
      for (int step = 0; step < steps; ++step)
        p = adam.step(p, tensor.g[i], settings.learning_rate);
      expected.back().push_back(p);
    }
  }
  for (int step = 0; step < steps; ++step) contender.step();
  contender.finish();
  std::size_t k = 0;
  for (const Tensor& tensor : contender.memory->tensors()) {
    for (std::size_t i = 0, j = 0; i < tensor.size; i += stride(tensor.size), ++j) {
      const double error = std::abs(static_cast<double>(tensor.p[i]) - expected[k][j]);
      if (error <= 5e-7) continue;
      std::fprintf(stderr, "%s: value %zu of tensor %zu is %.9g instead of %.9g\n",
                   contender.name.c_str(), i, k, static_cast<double>(tensor.p[i]), expected[k][j]);
      std::exit(1);
    }
    ++k;
  }
}

struct Choice {
  NamedLoop loop;
  Layout layout;
};

/// The fastest of the loops by hand on this problem, by a short contest of its own: with aligned
/// arrays, or with those that a user has, where the loop may place its moments well. The loops
/// share the memory of their layout.
Choice fastest_loop(const Problem& problem, Algorithm algorithm, bool aligned) {
  std::vector<Choice> choices;
  std::vector<Rival> rivals;
  for (Layout layout :
       aligned ? std::vector{Layout::staggered} : std::vector{Layout::plain, Layout::moments}) {
    const auto memory = std::make_shared<Memory>(problem.sizes, layout);
    for (const NamedLoop& loop : adam_loops(algorithm)) {
      memory->reset();
      verify(hand_written(memory, loop, layout), algorithm);
      choices.push_back({loop, layout});
      const Contender contender = hand_written(memory, loop, layout);
      rivals.push_back({contender.name, contender.step});
    }
  }
  const std::vector<Result> results = compare(rivals, {.rounds = 9, .block_seconds = 0.002});
  std::size_t best = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].seconds < results[best].seconds) best = i;
  }
  return choices[best];
}

Contender bound(const char* name, const Problem& problem, bool writes) {
  auto memory = std::make_shared<Memory>(problem.sizes, Layout::staggered);
  if (writes) {
    // A gradient of zero keeps the sums finite however often they are formed.
    for (const Tensor& t : memory->tensors()) std::fill_n(t.g, t.size, 0.0f);
    return {name, memory, [memory] {
              for (const Tensor& t : memory->tensors()) touch_streams(t);
            }};
  }
  return {name, memory, [memory] {
            float sum = 0.0f;
            for (const Tensor& t : memory->tensors()) sum += read_streams(t);
            benchmark::DoNotOptimize(sum);
          }};
}

/// Everything that is timed on one problem. The first is the one that the others are compared with.
std::vector<Contender> contenders(const Problem& problem, Algorithm algorithm, bool aligned,
                                  const Choice& by_hand) {
  const Layout layout = aligned ? Layout::staggered : Layout::plain;
  std::vector<Contender> all = {
      hand_written(std::make_shared<Memory>(problem.sizes, by_hand.layout), by_hand.loop,
                   by_hand.layout),
      made_by("eigentrain", make_eigentrain, problem, algorithm, layout)};
#ifdef EIGENTRAIN_BENCH_NATIVE
  all.push_back(made_by("-march=native", make_eigentrain_native, problem, algorithm, layout));
#endif
#ifdef EIGENTRAIN_BENCH_TORCH
  all.push_back(made_by("LibTorch", make_torch, problem, algorithm, layout));
#endif
  for (std::size_t i = 1; i < all.size(); ++i) verify(all[i], algorithm);
  all.push_back(bound("read only", problem, false));
  all.push_back(bound("streams only", problem, true));
  return all;
}

/// Compares the contenders at several places in memory, anew each time, and takes the medians:
/// where the pages of a large array lie decides about a few percent.
std::vector<Result> compare_placements(const Problem& problem, Algorithm algorithm, bool aligned,
                                       const Choice& by_hand, std::vector<std::string>& names) {
  constexpr int placements = 5;
  std::vector<std::vector<Result>> all;
  for (int k = 0; k < placements; ++k) {
    std::vector<Rival> rivals;
    const std::vector<Contender> present = contenders(problem, algorithm, aligned, by_hand);
    for (const Contender& contender : present) {
      rivals.push_back({contender.name, contender.step});
    }
    names.clear();
    for (const Rival& rival : rivals) names.push_back(rival.name);
    all.push_back(compare(rivals, {.rounds = 15}));
  }
  std::vector<Result> medians(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (double Result::* value : {&Result::seconds, &Result::ratio, &Result::noise}) {
      std::vector<double> values;
      for (const std::vector<Result>& results : all) values.push_back(results[i].*value);
      medians[i].*value = quantile(values, 0.5);
    }
  }
  return medians;
}

/// A Markdown table: nanoseconds a parameter, and in brackets the speed as a share of the loop's.
/// Where the noise is more than a few percent, the machine was busy and the row says little.
void print_table(Algorithm algorithm, bool aligned) {
  bool head = true;
  std::string notes;
  for (const Problem& problem : problems()) {
    const Choice by_hand = fastest_loop(problem, algorithm, aligned);
    std::vector<std::string> names;
    const std::vector<Result> results =
        compare_placements(problem, algorithm, aligned, by_hand, names);
    double total = 0.0;
    for (std::size_t size : problem.sizes) total += static_cast<double>(size);
    if (std::exchange(head, false)) {
      std::printf("\n%s on %s arrays, ns a parameter (speed against the loop by hand)\n\n",
                  name_of(algorithm), aligned ? "aligned" : "plain");
      std::printf("| parameters | by hand |");
      for (std::size_t i = 1; i < names.size(); ++i) std::printf(" %s |", names[i].c_str());
      std::printf(" noise |\n|---|---|");
      for (std::size_t i = 0; i < names.size(); ++i) std::printf("---|");
      std::printf("\n");
    }
    std::printf("| %s | %.3f |", problem.name.c_str(), results[0].seconds * 1e9 / total);
    for (std::size_t i = 1; i < results.size(); ++i) {
      std::printf(" %.3f (%.1f%%) |", results[i].seconds * 1e9 / total, 100.0 / results[i].ratio);
    }
    std::printf(" %.1f%% |\n", 100.0 * (results[0].noise + results[1].noise) / 2.0);
    std::fflush(stdout);
    notes += problem.name + ": " + names[0] + ". ";
  }
  std::printf("\nFastest by hand: %s\n", notes.c_str());
}

void run(benchmark::State& state, const Contender& contender, std::size_t total) {
  for (auto _ : state) contender.step();
  state.counters["a parameter"] =
      benchmark::Counter(static_cast<double>(total), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  if (!has_loops()) {
    std::fprintf(stderr, "adam_step: the loops by hand need AVX2 and FMA\n");
    return 1;
  }
  const bool table = take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes, one thread\n", processor().c_str(), compiler(),
              static_cast<int>(eigentrain::simd_level()));
  if (table) {
    for (bool aligned : {false, true}) {
      for (Algorithm algorithm : {Algorithm::adam, Algorithm::adamw}) {
        print_table(algorithm, aligned);
      }
    }
    return 0;
  }
  for (Algorithm algorithm : {Algorithm::adam, Algorithm::adamw}) {
    for (const Problem& problem : problems()) {
      for (const Contender& contender :
           contenders(problem, algorithm, false, fastest_loop(problem, algorithm, false))) {
        const std::string name =
            std::string(name_of(algorithm)) + "/" + problem.name + "/" + contender.name;
        benchmark::RegisterBenchmark(name.c_str(), run, contender, contender.memory->total());
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
