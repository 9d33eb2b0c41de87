// SPDX-License-Identifier: MIT
// How fast are weights drawn?
//
//     fill --table            interleaved medians and ratios, as in docs/benchmarks.md
//     fill [--benchmark_...]  the same rivals one by one, by Google Benchmark
//
// Ten million floats, on one thread: uniform, normal, He's normal and truncated normal numbers, by
// eigentrain, by LibTorch (if it was found) and by the standard library's Mersenne Twister with its
// distributions. The bound is writing the memory at all. What every rival draws is verified before
// it is timed: its mean, its variance and its range; wrong numbers end the program.
//
// Links: Google Benchmark; LibTorch (optional, EIGENTRAIN_BENCH_TORCH).
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "eigentrain/core/truncated_normal.hpp"
#include "eigentrain/init/he.hpp"
#include "support/measure.hpp"
#ifdef EIGENTRAIN_BENCH_TORCH
#include "support/torch_fill.hpp"
#endif

namespace {

namespace et = eigentrain;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic>;

constexpr et::Index rows = 2000, cols = 5000, size = rows * cols;
constexpr float he_std = 0.02f;  // √(2 / 5000)

/// One distribution with its rivals; the first is eigentrain's.
struct Question {
  std::string name;
  double mean, variance, low, high;  ///< of the numbers; low ≤ value ≤ high
  std::vector<bench::Rival> rivals;
};

/// The state of all rivals, which goes on from call to call as in a program.
struct State {
  Matrix values = Matrix::Zero(rows, cols);
  et::Generator random{42};
  std::mt19937 engine{42};
};

template <class Distribution>
bench::Rival standard(State& state, Distribution distribution) {
  return {"std::mt19937", [&state, distribution]() mutable {
            float* values = state.values.data();
            for (et::Index i = 0; i < size; ++i) values[i] = distribution(state.engine);
          }};
}

std::vector<Question> questions(State& s) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double cut = 0.87962566103423978;  // the std of N(0, 1) cut at ±2
  float* values = s.values.data();
  std::vector<Question> all = {
      {"uniform", 0, 1.0 / 3, -1, 1, {}},
      {"normal", 0, 1, -infinity, infinity, {}},
      {"he_normal", 0, 0.02 * 0.02, -infinity, infinity, {}},
      {"truncated normal, ±2σ", 0, cut * cut, -2, 2, {}},
      {"truncated normal, ±3σ", 0, 0.973336924662542, -3, 3, {}},
  };
  all[0].rivals.push_back(
      {"eigentrain", [&s, values] { et::fill_uniform(values, size, -1.0, 1.0, s.random); }});
  all[1].rivals.push_back(
      {"eigentrain", [&s, values] { et::fill_normal(values, size, 0.0, 1.0, s.random); }});
  all[2].rivals.push_back({"eigentrain", [&s] { et::he_normal(s.values, s.random); }});
  for (int k = 3; k < 5; ++k) {
    const double bound = k - 1;
    all[static_cast<std::size_t>(k)].rivals.push_back({"eigentrain", [&s, values, bound] {
                                                         et::fill_truncated_normal(
                                                             values, size, 0.0, 1.0, -bound, bound,
                                                             s.random, et::StdOf::parent);
                                                       }});
  }
#ifdef EIGENTRAIN_BENCH_TORCH
  all[0].rivals.push_back({"LibTorch", [=] { bench::torch_uniform(values, size, -1, 1); }});
  all[1].rivals.push_back({"LibTorch", [=] { bench::torch_normal(values, size, 0, 1); }});
  all[2].rivals.push_back({"LibTorch", [=] { bench::torch_he_normal(values, rows, cols); }});
  all[3].rivals.push_back(
      {"LibTorch", [=] { bench::torch_truncated_normal(values, size, 0, 1, -2, 2); }});
  all[4].rivals.push_back(
      {"LibTorch", [=] { bench::torch_truncated_normal(values, size, 0, 1, -3, 3); }});
#endif
  all[0].rivals.push_back(standard(s, std::uniform_real_distribution<float>(-1, 1)));
  all[1].rivals.push_back(standard(s, std::normal_distribution<float>(0, 1)));
  all[2].rivals.push_back(standard(s, std::normal_distribution<float>(0, he_std)));
  return all;
}

/// Writing and nothing else.
bench::Rival bound(State& state) {
  return {"write only", [&state, value = 0.0f]() mutable {
            state.values.setConstant(value += 1.0f);
            benchmark::DoNotOptimize(state.values.data());
          }};
}

void verify(const State& state, const Question& question, const bench::Rival& rival) {
  rival.run();
  double sum = 0, squares = 0;
  bool inside = true;
  for (et::Index i = 0; i < size; ++i) {
    const double x = static_cast<double>(state.values.data()[i]);
    sum += x;
    squares += x * x;
    inside &= x >= question.low && x <= question.high;
  }
  const double mean = sum / static_cast<double>(size);
  const double variance = squares / static_cast<double>(size) - mean * mean;
  const double unit = std::sqrt(question.variance / static_cast<double>(size));
  // The variance of squares is at most twice the square of a normal number's variance.
  if (inside && std::abs(mean - question.mean) < 5 * unit &&
      std::abs(variance - question.variance) < 5 * std::sqrt(2 * question.variance) * unit) {
    return;
  }
  std::fprintf(stderr, "%s, %s: mean %.6g, variance %.6g, %s\n", question.name.c_str(),
               rival.name.c_str(), mean, variance, inside ? "inside" : "outside of its bounds");
  std::exit(1);
}

/// A Markdown table: nanoseconds a value, and in brackets the time as a multiple of eigentrain's.
void print_table(State& state, const std::vector<Question>& all) {
  const char* columns[] = {"eigentrain", "LibTorch", "std::mt19937", "write only"};
  std::printf("| float values |");
  for (const char* column : columns) std::printf(" %s |", column);
  std::printf(" noise |\n|---|---|---|---|---|---|\n");
  std::vector<bench::Rival> own;
  for (const Question& question : all) {
    std::vector<bench::Rival> rivals = question.rivals;
    own.push_back(rivals[0]);
    rivals.push_back(bound(state));
    const auto results = bench::compare(rivals, {.rounds = 15, .warm = false});
    std::printf("| %s |", question.name.c_str());
    for (const char* column : columns) {
      std::size_t i = 0;
      while (i < rivals.size() && rivals[i].name != column) ++i;
      if (i == rivals.size()) {
        std::printf(" – |");
      } else if (i == 0) {
        std::printf(" %.3f |", results[i].seconds * 1e9 / size);
      } else {
        std::printf(" %.3f (%.2f) |", results[i].seconds * 1e9 / size, results[i].ratio);
      }
    }
    std::printf(" %.1f%% |\n", 100.0 * results[0].noise);
    std::fflush(stdout);
  }
  std::printf("\neigentrain alone, as multiples of its normal fill:");
  std::swap(own[0], own[1]);
  const auto results = bench::compare(own, {.rounds = 15, .warm = false});
  const std::string names[] = {all[1].name, all[0].name, all[2].name, all[3].name, all[4].name};
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::printf("%s %s %.2f", i == 0 ? "" : ",", names[i].c_str(), results[i].ratio);
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  const bool table = bench::take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes, one thread\n\n", bench::processor().c_str(),
              bench::compiler(), static_cast<int>(et::simd_level()));
  State state;
  const std::vector<Question> all = questions(state);
  for (const Question& question : all) {
    for (const bench::Rival& rival : question.rivals) verify(state, question, rival);
  }
  if (table) {
    print_table(state, all);
    return 0;
  }
  for (const Question& question : all) {
    for (const bench::Rival& rival : question.rivals) {
      benchmark::RegisterBenchmark((question.name + "/" + rival.name).c_str(),
                                   [run = rival.run](benchmark::State& timer) {
                                     for (auto _ : timer) run();
                                     timer.SetItemsProcessed(timer.iterations() * size);
                                   });
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
