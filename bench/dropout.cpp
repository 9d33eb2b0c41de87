// SPDX-License-Identifier: MIT
// What does dropout cost, forward and backward?
//
//     dropout --table            interleaved medians and ratios, as in docs/benchmarks.md
//     dropout [--benchmark_...]  the same rivals one by one, by Google Benchmark
//
// Float matrices of 128×1024 values, which the caches hold, and of 4096×4096, which they don't; one
// thread. The bound is copying the input to the output and one gradient to the other, by Eigen and
// by memcpy. Every rival's zeros, scale and mask are verified before it is timed; a wrong one ends
// the program.
//
// Links: Google Benchmark; LibTorch (optional, EIGENTRAIN_BENCH_TORCH).
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eigentrain/core/simd.hpp"
#include "eigentrain/layers/dropout.hpp"
#include "support/contest.hpp"
#ifdef EIGENTRAIN_BENCH_TORCH
#include "support/torch_dropout.hpp"
#endif

namespace {

using namespace bench;
namespace et = eigentrain;

struct Size {
  const char* name;
  Eigen::Index rows, cols;
};

constexpr Size sizes[] = {{"128×1024", 128, 1024}, {"4096×4096", 4096, 4096}};
constexpr double rates[] = {0.5, 0.1};

struct Values {
  explicit Values(const Size& size)
      : x(size.rows, size.cols), y(size.rows, size.cols), dy(x), dx(x) {
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      x.data()[i] = 1.0f + static_cast<float>(i % 1000) * 0.001f;  // no zeros
      dy.data()[i] = 2.0f - static_cast<float>(i % 777) * 0.001f;
    }
    y.setZero();
    dx.setZero();
  }
  Eigen::MatrixXf x, y, dy, dx;
};

[[noreturn]] void fail(const std::string& name, const char* what) {
  std::fprintf(stderr, "%s: %s\n", name.c_str(), what);
  std::exit(1);
}

/// Zeros with the rate, everything else scaled, and the same places in both.
void verify(const std::string& name, const Values& v, const float* y, const float* dx,
            double rate) {
  const auto scale = static_cast<float>(1 / (1 - rate));
  const auto close = [](float a, float b) { return std::abs(a - b) <= 1e-6f * std::abs(b); };
  double dropped = 0;
  for (Eigen::Index i = 0; i < v.x.size(); ++i) {
    if (y[i] == 0.0f) {
      if (dx[i] != 0.0f) fail(name, "the gradient has another mask");
      ++dropped;
    } else if (!close(y[i], scale * v.x.data()[i]) || !close(dx[i], scale * v.dy.data()[i])) {
      fail(name, "what is kept has a wrong scale");
    }
  }
  const auto count = static_cast<double>(v.x.size());
  if (std::abs(dropped - rate * count) > 5 * std::sqrt(rate * (1 - rate) * count)) {
    fail(name, "drops with another rate");
  }
}

std::vector<Contender> contenders(const Size& size, double rate) {
  const auto v = std::make_shared<Values>(size);
  std::vector<Contender> all;
  const auto layer = std::make_shared<et::Dropout<float>>(et::DropoutOptions{.rate = rate});
  const auto random = std::make_shared<et::Generator>(42);
  all.push_back({"eigentrain", nullptr, [=] {
                   layer->forward(v->x, v->y, *random);
                   layer->backward(v->dy, v->dx);
                 }});
  all[0].step();
  verify("eigentrain", *v, v->y.data(), v->dx.data(), rate);
  all.push_back({"forward", nullptr, [=] { layer->forward(v->x, v->y, *random); }});
  all.push_back({"two copies", nullptr, [=] {
                   v->y = v->x;
                   v->dx = v->dy;
                   benchmark::ClobberMemory();
                 }});
  all.push_back({"two memcpy", nullptr, [=] {
                   const auto bytes = static_cast<std::size_t>(v->x.size()) * sizeof(float);
                   std::memcpy(v->y.data(), v->x.data(), bytes);
                   std::memcpy(v->dx.data(), v->dy.data(), bytes);
                   benchmark::ClobberMemory();
                 }});
#ifdef EIGENTRAIN_BENCH_TORCH
  const std::shared_ptr<TorchDropout> torch =
      make_torch_dropout(v->x.data(), v->dy.data(), static_cast<std::size_t>(size.cols),
                         static_cast<std::size_t>(size.rows), rate);
  torch->step();
  verify("LibTorch", *v, torch->output(), torch->gradient(), rate);
  all.push_back({"LibTorch", nullptr, [=] { torch->step(); }});
#endif
  return all;
}

/// A Markdown table: nanoseconds a value, and in brackets the time as a multiple of the first
/// one's.
void print_table() {
  bool head = true;
  for (const Size& size : sizes) {
    for (const double rate : rates) {
      std::vector<std::string> names;
      const std::vector<Result> results =
          compare_placements([&] { return contenders(size, rate); }, names);
      const auto total = static_cast<double>(size.rows * size.cols);
      if (std::exchange(head, false)) {
        std::printf("\n| dropout, forward and backward |");
        for (const std::string& name : names) std::printf(" %s |", name.c_str());
        std::printf(" noise |\n|---|");
        for (std::size_t i = 0; i < names.size(); ++i) std::printf("---|");
        std::printf("---|\n");
      }
      std::printf("| %s, p = %g | %.3f |", size.name, rate, results[0].seconds * 1e9 / total);
      for (std::size_t i = 1; i < results.size(); ++i) {
        std::printf(" %.3f (%.2f) |", results[i].seconds * 1e9 / total, results[i].ratio);
      }
      std::printf(" %.1f%% |\n", 100.0 * results[0].noise);
      std::fflush(stdout);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool table = take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes, one thread\n", processor().c_str(), compiler(),
              static_cast<int>(et::simd_level()));
  if (table) {
    std::printf("\nns a value (time as a multiple of the first one's)\n");
    print_table();
    return 0;
  }
  for (const Size& size : sizes) {
    for (const double rate : rates) {
      for (const Contender& contender : contenders(size, rate)) {
        const std::string name =
            std::string(size.name) + "/" + std::to_string(rate) + "/" + contender.name;
        benchmark::RegisterBenchmark(name.c_str(), [contender](benchmark::State& state) {
          for (auto _ : state) contender.step();
        });
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
