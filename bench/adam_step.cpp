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

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/simd.hpp"
#include "support/adam_contest.hpp"

namespace {

using namespace bench;

std::vector<Problem> problems() {
  return {{"1e3", {1'000}},
          {"1e5", {100'000}},
          {"1e6", {1'000'000}},
          {"1e7", {10'000'000}},
          {"60 tensors", transformer(128)}};
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
  std::vector<Contender> all = made_by_lot({
      [&] {
        return hand_written(std::make_shared<Memory>(problem.sizes, by_hand.layout), by_hand.loop,
                            by_hand.layout);
      },
      [&] { return made_by("eigentrain", make_eigentrain, problem, algorithm, layout); },
#ifdef EIGENTRAIN_BENCH_NATIVE
      [&] { return made_by("-march=native", make_eigentrain_native, problem, algorithm, layout); },
#endif
#ifdef EIGENTRAIN_BENCH_TORCH
      [&] { return made_by("LibTorch", make_torch, problem, algorithm, layout); },
#endif
  });
  for (std::size_t i = 1; i < all.size(); ++i) verify(all[i], algorithm);
  all.push_back(bound("read only", problem, false));
  all.push_back(bound("streams only", problem, true));
  return all;
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
        compare_placements([&] { return contenders(problem, algorithm, aligned, by_hand); }, names);
    const double total = problem.total();
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
