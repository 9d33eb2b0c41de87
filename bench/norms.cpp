// SPDX-License-Identifier: MIT
// What does a normalization cost, forward and backward together?
//
//     norms --table            interleaved medians and ratios, as in docs/benchmarks.md
//     norms [--benchmark_...]  the same rivals one by one, by Google Benchmark
//
// Float, one thread: a hidden layer's matrix, 128 × 1024, and images of 32 × 64 × 56 × 56. Beside
// eigentrain run a copy of as many values as both passes have to read and write (two arrays read,
// two written), which is the bound, and LibTorch, if it was found. LibTorch's outputs and gradients
// must be ours, or the program ends. Batch norm is asked twice: as it is by default, with a copy of
// the normalized batch, and without, as LibTorch, whose backward is given the input again.
//
// Links: Google Benchmark; LibTorch (optional, EIGENTRAIN_BENCH_TORCH).
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/group_norm.hpp"
#include "eigentrain/layers/layer_norm.hpp"
#include "support/contest.hpp"
#include "support/torch_norms.hpp"

namespace {

using namespace bench;
namespace et = eigentrain;

struct Question {
  std::string name;
  NormKind kind;
  NormShape shape;
  bool keep = true;  ///< or backward() takes the input again
};

const Question questions[] = {
    {"batch norm, 128 x 1024, keep = false", NormKind::batch, {1024, 128, 1}, false},
    {"batch norm, 128 x 1024", NormKind::batch, {1024, 128, 1}},
    {"batch norm, 32 x 64 x 56 x 56, keep = false", NormKind::batch, {32, 64, 56 * 56}, false},
    {"batch norm, 32 x 64 x 56 x 56", NormKind::batch, {32, 64, 56 * 56}},
    {"layer norm, 128 x 1024", NormKind::layer, {1024, 128, 1}},
    {"layer norm, 1024 x 1024", NormKind::layer, {1024, 1024, 1}},
    {"group norm, 32 x 64 x 56 x 56", NormKind::group, {32, 64, 56 * 56}},
};
constexpr long groups = 32;

/// Input, output, and their gradients.
struct Arrays {
  std::vector<float> x, y, dy, dx;

  explicit Arrays(std::size_t size) : x(size), y(size), dy(size), dx(size) {
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < size; ++i) {
      state = state * 1664525u + 1013904223u;
      x[i] = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
      state = state * 1664525u + 1013904223u;
      dy[i] = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
    }
  }
};

template <class Norm>
std::function<void()> passes(const Question& question, const std::shared_ptr<Arrays>& arrays,
                             const Norm& made) {
  const auto seen = [shape = question.shape](std::vector<float>& values) {
    return et::Channels<float>{values.data(),  shape.samples, 1,
                               shape.channels, shape.inner,   shape.channels * shape.inner};
  };
  return [norm = std::make_shared<Norm>(made), arrays, seen, keep = question.keep] {
    static_cast<void>(keep);  // of other norms
    norm->forward(seen(arrays->x), seen(arrays->y));
    if constexpr (std::is_same_v<Norm, et::BatchNorm<float>>) {
      if (!keep) return norm->backward(seen(arrays->x), seen(arrays->dy), seen(arrays->dx));
    }
    norm->backward(seen(arrays->dy), seen(arrays->dx));
  };
}

std::function<void()> ours(const Question& question, const std::shared_ptr<Arrays>& arrays) {
  const long channels = question.shape.channels;
  if (question.kind == NormKind::batch) {
    return passes(question, arrays, et::BatchNorm<float>(channels, {.keep = question.keep}));
  }
  if (question.kind == NormKind::layer) {
    return passes(question, arrays, et::LayerNorm<float>(channels));
  }
  return passes(question, arrays, et::GroupNorm<float>(channels, {.groups = groups}));
}

[[maybe_unused]] void require_equal(const char* what, const std::vector<float>& values,
                                    const float* expected) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    require_close("LibTorch", what, static_cast<double>(expected[i]),
                  static_cast<double>(values[i]), 1e-3);
  }
}

std::vector<Contender> contenders(const Question& question) {
  const auto arrays = std::make_shared<Arrays>(question.shape.size());
  std::vector<Contender> all = {{"eigentrain", nullptr, ours(question, arrays)}};
  const auto copied = std::make_shared<Arrays>(question.shape.size());
  all.push_back({"copies", nullptr, [copied] {
                   const std::size_t bytes = copied->x.size() * sizeof(float);
                   std::memcpy(copied->y.data(), copied->x.data(), bytes);
                   std::memcpy(copied->dx.data(), copied->dy.data(), bytes);
                   benchmark::ClobberMemory();
                 }});
#ifdef EIGENTRAIN_BENCH_TORCH
  const std::shared_ptr<TorchNorm> torch =
      make_torch_norm(question.kind, question.shape, groups, arrays->x.data(), arrays->dy.data());
  torch->run();
  all.front().step();
  require_equal("an output", arrays->y, torch->output());
  require_equal("a gradient", arrays->dx, torch->input_gradient());
  all.push_back({"LibTorch", nullptr, [torch] { torch->run(); }});
#endif
  return all;
}

/// A Markdown row: microseconds, and in brackets the time as a multiple of ours.
void print_row(const Question& question) {
  std::vector<std::string> names;
  const std::vector<Result> results =
      compare_placements([&] { return contenders(question); }, names);
  std::printf("| %s | %.1f |", question.name.c_str(), results[0].seconds * 1e6);
  for (std::size_t i = 1; i < results.size(); ++i) {
    std::printf(" %.1f (%.2f) |", results[i].seconds * 1e6, results[i].ratio);
  }
  std::printf(" %.1f%% |\n", 100.0 * results[0].noise);
  std::fflush(stdout);
}

void run(benchmark::State& state, const Contender& contender) {
  for (auto _ : state) contender.step();
}

}  // namespace

int main(int argc, char** argv) {
  const bool table = take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes, one thread\n", processor().c_str(), compiler(),
              static_cast<int>(et::simd_level()));
  if (table) {
    std::printf("\n| us, forward and backward | eigentrain | copies |");
#ifdef EIGENTRAIN_BENCH_TORCH
    std::printf(" LibTorch |");
    std::printf(" noise |\n|---|---|---|---|---|\n");
#else
    std::printf(" noise |\n|---|---|---|---|\n");
#endif
    for (const Question& question : questions) print_row(question);
    return 0;
  }
  for (const Question& question : questions) {
    for (const Contender& contender : contenders(question)) {
      const std::string name = question.name + "/" + contender.name;
      benchmark::RegisterBenchmark(name.c_str(), run, contender);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
