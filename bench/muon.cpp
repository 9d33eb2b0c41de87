// SPDX-License-Identifier: MIT
// What does Muon's step cost, beside the same step written with Eigen's products?
//
//     muon --table              interleaved medians and ratios, as in docs/benchmarks.md
//     muon [--benchmark_...]    the steps one by one, by Google Benchmark
//
// Nearly all of it is the five rounds of the Newton-Schulz iteration, whose products eigentrain
// forms itself, so that their bits don't depend on the processor. Eigen's are compiled as the whole
// program is, with -O2 and no -march, and once more as the trainer is, with AVX2 and FMA. Before it
// times, the program compares the two results. The table counts the memory that each holds beside
// the matrix and its gradient.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <Eigen/Core>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "eigentrain/optim/muon.hpp"
#include "support/eigen_muon.hpp"
#include "support/measure.hpp"

namespace {

namespace et = eigentrain;
using Eigen::MatrixXf;
using namespace bench;

constexpr double rate = 0.02, mu = 0.95;

struct Shape {
  Eigen::Index rows, columns;
  std::string name() const { return std::to_string(rows) + "×" + std::to_string(columns); }
};
constexpr Shape shapes[] = {{64, 64}, {128, 128}, {128, 784}, {512, 512}, {512, 2048}};

/// A matrix with its gradient and who steps on it.
struct Step {
  MatrixXf weights, gradient;
  et::Parameters<float> parameters;
  et::Muon<float> optimizer{et::MuonOptions{
      .learning_rate = rate, .momentum = mu, .weight_decay = 0.0, .scale = et::MuonScale::none}};

  explicit Step(const Shape& shape)
      : weights(shape.rows, shape.columns), gradient(shape.rows, shape.columns) {
    for (Eigen::Index i = 0; i < weights.size(); ++i) {
      weights.data()[i] = number(2 * static_cast<unsigned>(i));
      gradient.data()[i] = number(2 * static_cast<unsigned>(i) + 1);
    }
    parameters.add("weights", weights, gradient);
  }

  static float number(unsigned x) {
    x = (x ^ (x >> 16)) * 0x7FEB352Du;
    x = (x ^ (x >> 15)) * 0x846CA68Bu;
    return static_cast<float>((x ^ (x >> 16)) >> 8) * 0x1p-23f - 1.0f;
  }
};

struct WithEigen : Step {
  std::unique_ptr<EigenMuon> eigen;

  WithEigen(const Shape& shape, MakeEigenMuon make)
      : Step(shape), eigen(make(shape.rows, shape.columns)) {}
  void step() {
    eigen->step(weights.data(), gradient.data(), static_cast<float>(rate), static_cast<float>(mu));
  }
};

/// Ends the program unless both moved the weights alike: the iteration enlarges differences of
/// roundings a little.
void verify(const Shape& shape, MakeEigenMuon make) {
  Step ours(shape);
  WithEigen other(shape, make);
  const MatrixXf before = ours.weights;
  for (int k = 0; k < 3; ++k) {
    ours.optimizer.step(ours.parameters);
    other.step();
  }
  const float difference = (ours.weights - other.weights).cwiseAbs().maxCoeff();
  const float moved = (ours.weights - before).cwiseAbs().maxCoeff();
  if (difference <= 1e-3f * moved) return;
  std::fprintf(stderr, "muon: %s: the results differ by %g of %g\n", shape.name().c_str(),
               static_cast<double>(difference), static_cast<double>(moved));
  std::exit(1);
}

/// Bytes that are allocated now.
double allocated() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Bytes that the call leaves allocated.
template <class F>
double kept_by(const F& call) {
  const double before = allocated();
  call();
  return allocated() - before;
}

void print_table() {
  std::printf(
      "| matrix | eigentrain, us | its bytes a value | with Eigen, -O2 | with Eigen, "
      "AVX2 and FMA | Eigen's bytes a value | noise |\n|---|---|---|---|---|---|---|\n");
  for (const Shape& shape : shapes) {
    verify(shape, make_eigen_muon);
    verify(shape, make_eigen_muon_native);
    Step ours(shape);
    WithEigen plain(shape, make_eigen_muon), native(shape, make_eigen_muon_native);
    const auto values = static_cast<double>(ours.weights.size());
    const double our_bytes = kept_by([&] { ours.optimizer.step(ours.parameters); });
    std::unique_ptr<EigenMuon> counted;
    const double eigen_bytes = kept_by([&] {
      counted = make_eigen_muon(shape.rows, shape.columns);
      counted->step(plain.weights.data(), plain.gradient.data(), static_cast<float>(rate),
                    static_cast<float>(mu));
    });
    const std::vector<Result> results =
        compare({{"eigentrain", [&] { ours.optimizer.step(ours.parameters); }},
                 {"with Eigen", [&] { plain.step(); }},
                 {"with Eigen, native", [&] { native.step(); }}});
    std::printf("| %s | %.0f | %.1f | %.0f (%.2f) | %.0f (%.2f) | %.1f | %.1f%% |\n",
                shape.name().c_str(), 1e6 * results[0].seconds, our_bytes / values,
                1e6 * results[1].seconds, results[1].ratio, 1e6 * results[2].seconds,
                results[2].ratio, eigen_bytes / values, 100.0 * results[0].noise);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool table = take_flag(argc, argv, "--table");
  std::printf("%s, %s, registers of %d bytes\n", processor().c_str(), compiler(),
              static_cast<int>(et::simd_level()));
  if (table) {
    print_table();
    return 0;
  }
  for (const Shape& shape : shapes) {
    verify(shape, make_eigen_muon);
    const auto ours = std::make_shared<Step>(shape);
    benchmark::RegisterBenchmark(("eigentrain/" + shape.name()).c_str(),
                                 [ours](benchmark::State& state) {
                                   for (auto _ : state) ours->optimizer.step(ours->parameters);
                                 });
    const auto eigen = std::make_shared<WithEigen>(shape, make_eigen_muon);
    benchmark::RegisterBenchmark(("with Eigen/" + shape.name()).c_str(),
                                 [eigen](benchmark::State& state) {
                                   for (auto _ : state) eigen->step();
                                 });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
