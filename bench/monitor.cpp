// SPDX-License-Identifier: MIT
// What does a monitor cost a step that it watches, and what one that watches few of them?
//
//     monitor --table            interleaved medians and ratios, as in docs/benchmarks.md
//     monitor [--benchmark_...]  the same one by one, by Google Benchmark
//
// AdamW on one thread, float. A turn of each is 32 steps, so that a monitor of every 32nd step is
// in it with one. Before it is timed, a watched run must have made the same parameters, to the bit,
// as one that nobody watches, and the norm must be the gradients' own.
//
// Links: Google Benchmark.
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "eigentrain/core/simd.hpp"
#include "eigentrain/gradient/monitor.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "support/adam_contest.hpp"

namespace {

using namespace bench;
namespace et = eigentrain;

constexpr int steps = 32;

std::vector<Problem> problems() {
  return {{"1e4", {10'000}},
          {"1e5", {100'000}},
          {"1e6", {1'000'000}},
          {"1e7", {10'000'000}},
          {"60 tensors, 1 million", transformer(128)}};
}

/// A model, its optimizer, and who watches it: nobody if `every` is 0.
struct Run {
  Run(const Problem& problem, std::int64_t every)
      : memory(std::make_shared<Memory>(problem.sizes, Layout::plain)),
        monitor({.every = std::max<std::int64_t>(every, 1)}),
        watched(every > 0) {
    for (const Tensor& t : memory->tensors()) {
      const auto size = static_cast<Eigen::Index>(t.size);
      list.add("tensor" + std::to_string(list.size()), Eigen::Map<Eigen::VectorXf>(t.p, size),
               Eigen::Map<Eigen::VectorXf>(t.g, size));
    }
  }

  void step() {
    for (int i = 0; i < steps; ++i) {
      if (watched) {
        optimizer.step(list, monitor);
      } else {
        optimizer.step(list);
      }
    }
  }

  std::shared_ptr<Memory> memory;
  et::Parameters<float> list;
  et::AdamW<float> optimizer{et::AdamWOptions{}};
  et::Monitor<float> monitor;
  bool watched;
};

Contender contender(const char* name, const Problem& problem, std::int64_t every) {
  const auto run = std::make_shared<Run>(problem, every);
  return {name, run->memory, [run] { run->step(); }};
}

void verify(const Problem& problem) {
  Run plain(problem, 0), watched(problem, 1);
  plain.step();
  watched.step();
  double square = 0.0;
  for (std::size_t i = 0; i < plain.memory->tensors().size(); ++i) {
    const Tensor &a = plain.memory->tensors()[i], &b = watched.memory->tensors()[i];
    if (!std::equal(a.p, a.p + a.size, b.p)) {
      std::fprintf(stderr, "monitor: a watched run went another way\n");
      std::exit(1);
    }
    for (std::size_t k = 0; k < b.size; ++k) {
      square += static_cast<double>(b.g[k]) * static_cast<double>(b.g[k]);
    }
  }
  const double norm = std::sqrt(square);
  require_close("monitor", "the norm", watched.monitor.total().gradient_norm, norm, 1e-5 * norm);
}

MakeContenders prepare(const Problem& problem) {
  verify(problem);
  return [=] {
    return std::vector<Contender>{contender("nobody watches", problem, 0),
                                  contender("every 32nd step", problem, steps),
                                  contender("every step", problem, 1)};
  };
}

/// A Markdown table: nanoseconds a parameter and step, and the time as a multiple of the first.
void print_table() {
  std::printf("\n| AdamW | nobody watches | every 32nd step | every step | noise |\n");
  std::printf("|---|---|---|---|---|\n");
  for (const Problem& problem : problems()) {
    std::vector<std::string> names;
    const std::vector<Result> results = compare_placements(prepare(problem), names);
    const double total = static_cast<double>(problem.total()) * steps;
    std::printf("| %s | %.3f |", problem.name.c_str(), results[0].seconds * 1e9 / total);
    for (std::size_t i = 1; i < results.size(); ++i) {
      std::printf(" %.3f (%.2f) |", results[i].seconds * 1e9 / total, results[i].ratio);
    }
    std::printf(" %.1f%% |\n", 100.0 * results[0].noise);
    std::fflush(stdout);
  }
}

void run(benchmark::State& state, const Contender& contender) {
  for (auto _ : state) contender.step();
  state.counters["a parameter and step"] = benchmark::Counter(
      static_cast<double>(contender.memory->total()) * steps,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  const bool table = take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes, one thread\n", processor().c_str(), compiler(),
              static_cast<int>(et::simd_level()));
  if (table) {
    print_table();
    return 0;
  }
  for (const Problem& problem : problems()) {
    for (const Contender& contender : prepare(problem)()) {
      const std::string name = problem.name + "/" + contender.name;
      benchmark::RegisterBenchmark(name.c_str(), run, contender);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
