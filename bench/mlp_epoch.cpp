// SPDX-License-Identifier: MIT
// How much of a training epoch goes into anything but its matrix products?
//
//     mlp_epoch --table            interleaved medians and ratios, as in docs/benchmarks.md
//     mlp_epoch [--benchmark_...]  the same rivals one by one, by Google Benchmark
//
// The network of the trainer, 784-256-128-10 in batches of 128 with AdamW, on Fashion-MNIST where
// it is installed and on made-up pictures elsewhere, in one thread. Beside it: its eight matrix
// products alone, which is the bound as long as Eigen computes them, and the same training in
// LibTorch, if it was found. Before anything is timed, both networks make steps from equal weights
// on equal batches and must agree, and the products are checked against sums in double.
//
// Links: Google Benchmark, zlib, LibTorch (optional, EIGENTRAIN_BENCH_TORCH). Compiled with the
// trainer's flags.
#include "mlp/mlp.hpp"
// (the first, because it sets a limit of Eigen's)

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "eigentrain/core/random.hpp"
#include "eigentrain/init/he.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "mlp/batches.hpp"
#include "mlp/dataset.hpp"
#include "support/measure.hpp"
#include "support/torch_mlp.hpp"

namespace {

namespace et = eigentrain;
using Eigen::Index;
using Eigen::MatrixXf;

constexpr Index sizes[] = {784, 256, 128, 10};
constexpr std::size_t layer_count = std::size(sizes) - 1;
constexpr Index batch_size = 128;
constexpr double learning_rate = 1e-3, weight_decay = 0.01;

void demand(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "mlp_epoch: %s\n", what);
  std::exit(1);
}

mlp::Dataset load_data() {
  const char* folder = "/usr/share/datasets/fashion-mnist";
  if (mlp::is_mnist_folder(folder)) return mlp::load_mnist(folder).train;
  std::printf("No Fashion-MNIST in %s, so: made-up pictures.\n", folder);
  mlp::Dataset data{MatrixXf(784, 60'000), Eigen::VectorXi(60'000), 10};
  et::Generator random(1);
  et::fill_uniform(data.features.data(), data.features.size(), 0.0, 1.0, random);
  for (Index i = 0; i < data.size(); ++i) {
    data.labels[i] = static_cast<int>(i % 10);
    data.features.col(i).segment(i % 10 * 78, 78).array() += 0.5f;  // something to learn
  }
  return data;
}

/// eigentrain's training, as the trainer does it.
class Training {
 public:
  explicit Training(const mlp::Dataset& data)
      : batches_(data, batch_size),
        model_({.inputs = sizes[0],
                .hidden = {sizes[1], sizes[2]},
                .classes = sizes[3],
                .batch_size = batch_size}),
        optimizer_({.learning_rate = learning_rate, .weight_decay = weight_decay}) {
    model_.initialize([&](MatrixXf& weight) {
      et::he_normal(weight, random_);
      weights_.push_back(&weight);
    });
  }

  /// One step on a batch; returns its mean loss before the step.
  double step(const mlp::Batch& batch) {
    const mlp::Score score = model_.learn(batch.features, batch.labels, random_);
    optimizer_.step(model_.parameters());
    return score.mean_loss();
  }

  double epoch() {
    batches_.shuffle(random_);
    double loss = 0.0;
    for (Index i = 0; i < batches_.count(); ++i) loss += step(batches_[i]);
    return loss / static_cast<double>(batches_.count());
  }

  const MatrixXf& weight(std::size_t layer) const { return *weights_[layer]; }

 private:
  et::Generator random_{42};
  mlp::Batches batches_;
  mlp::Mlp<float> model_;
  et::AdamW<float> optimizer_;
  std::vector<const MatrixXf*> weights_;
};

/// The products of an epoch, without everything else: W·x, ∂y·xᵀ for each layer, and Wᵀ·∂y for all
/// but the first, on the same shapes.
class Products {
 public:
  explicit Products(Index samples) : samples_(samples) {
    et::Generator random(7);
    const auto matrix = [&](Index rows, Index cols) {
      MatrixXf m(rows, cols);
      et::fill_normal(m.data(), m.size(), 0.0, 1.0, random);
      return m;
    };
    for (std::size_t i = 0; i < layer_count; ++i) {
      weights.push_back(matrix(sizes[i + 1], sizes[i]));
      weight_gradients.push_back(matrix(sizes[i + 1], sizes[i]));
      inputs.push_back(matrix(sizes[i], batch_size));
      input_gradients.push_back(matrix(sizes[i], batch_size));
      outputs.push_back(matrix(sizes[i + 1], batch_size));
      output_gradients.push_back(matrix(sizes[i + 1], batch_size));
    }
  }

  void epoch() {
    for (Index first = 0; first < samples_; first += batch_size) {
      batch(std::min(batch_size, samples_ - first));
    }
  }

  void batch(Index n) {
    for (std::size_t i = 0; i < layer_count; ++i) {
      outputs[i].leftCols(n).noalias() = weights[i] * inputs[i].leftCols(n);
    }
    for (std::size_t i = layer_count; i-- > 0;) {
      weight_gradients[i].noalias() =
          output_gradients[i].leftCols(n) * inputs[i].leftCols(n).transpose();
      if (i == 0) break;
      input_gradients[i].leftCols(n).noalias() =
          weights[i].transpose() * output_gradients[i].leftCols(n);
    }
    benchmark::ClobberMemory();
  }

  std::vector<MatrixXf> weights, weight_gradients, inputs, input_gradients, outputs,
      output_gradients;

 private:
  Index samples_;
};

/// True if a product's element is the sum of `left` times `right` to float's precision.
template <class Left, class Right>
bool is_product(float value, const Left& left, const Right& right) {
  double sum = 0.0, size = 0.0;
  for (Index i = 0; i < left.size(); ++i) {
    const double term = static_cast<double>(left(i)) * static_cast<double>(right(i));
    sum += term;
    size += std::abs(term);
  }
  return std::abs(static_cast<double>(value) - sum) <= 1e-6 * size;
}

void verify_products(Index samples) {
  Products p(samples);
  p.batch(batch_size);
  for (std::size_t i = 0; i < layer_count; ++i) {
    const Index row = sizes[i + 1] - 1, col = sizes[i] / 2, sample = 77;
    demand(is_product(p.outputs[i](row, sample), p.weights[i].row(row), p.inputs[i].col(sample)),
           "a product W x is wrong");
    demand(is_product(p.weight_gradients[i](row, col), p.output_gradients[i].row(row),
                      p.inputs[i].row(col)),
           "a product for the gradient of W is wrong");
    if (i == 0) continue;
    demand(is_product(p.input_gradients[i](col, sample), p.weights[i].col(col),
                      p.output_gradients[i].col(sample)),
           "a product for the gradient of x is wrong");
  }
}

#ifdef EIGENTRAIN_BENCH_TORCH
std::unique_ptr<bench::TorchMlp> torch_like(const Training& training) {
  std::vector<bench::DenseStart> layers;
  for (std::size_t i = 0; i < layer_count; ++i) {
    layers.push_back(
        {training.weight(i).data(), static_cast<long>(sizes[i]), static_cast<long>(sizes[i + 1])});
  }
  return bench::make_torch_mlp(layers, learning_rate, weight_decay);
}

/// The same steps in both: the losses and then the weights must agree.
void verify_against_torch(const mlp::Dataset& data) {
  Training training(data);
  const auto torch = torch_like(training);
  mlp::Batches batches(data, batch_size);
  constexpr Index steps = 20;
  for (Index i = 0; i < steps; ++i) {
    const mlp::Batch batch = batches[i];
    const double theirs =
        torch->step({batch.features.data(), batch.labels.data(), static_cast<long>(batch.size())});
    const double ours = training.step(batch);
    demand(std::abs(ours - theirs) <= 1e-4 * std::max(1.0, theirs),
           "the loss of a step differs from LibTorch's");
  }
  for (std::size_t i = 0; i < layer_count; ++i) {
    const std::vector<float> theirs = torch->weight(i);
    const Eigen::Map<const MatrixXf> map(theirs.data(), sizes[i + 1], sizes[i]);
    // Rounding can turn Adam's first direction of a gradient near zero around: a few weights may
    // differ by a step or two, the mean may not.
    const double difference = static_cast<double>((training.weight(i) - map).cwiseAbs().mean());
    demand(difference <= 0.005 * learning_rate * static_cast<double>(steps),
           "the weights after some steps differ from LibTorch's");
  }
}
#endif

/// What is compared. The loss of the last epoch tells whether a rival learned at all.
struct Contest {
  mlp::Dataset data = load_data();
  Training training{data};
  Products products{data.size()};
  double loss = 0.0;
  std::vector<bench::Rival> rivals = {{"matrix products alone", [this] { products.epoch(); }},
                                      {"eigentrain", [this] { loss = training.epoch(); }}};
#ifdef EIGENTRAIN_BENCH_TORCH
  std::unique_ptr<bench::TorchMlp> torch = torch_like(training);
  double torch_loss = 0.0;
#endif

  Contest() {
    Eigen::setNbThreads(1);
    verify_products(data.size());
#ifdef EIGENTRAIN_BENCH_TORCH
    verify_against_torch(data);
    rivals.push_back({"LibTorch", [this] {
                        torch_loss = torch->epoch({data.features.data(), data.labels.data(),
                                                   static_cast<long>(data.size())},
                                                  batch_size);
                      }});
#endif
  }
};

void print_table(Contest& contest) {
  const std::vector<bench::Result> results =
      bench::compare(contest.rivals, {.rounds = 9, .block_seconds = 0.0, .warm = false});
  const double samples = static_cast<double>(contest.data.size());
  std::printf(
      "\n| one epoch | samples/s | share of the products' speed | noise |\n|---|---|---|---|\n");
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::printf("| %s | %.0f | %.1f%% | %.1f%% |\n", contest.rivals[i].name.c_str(),
                samples / results[i].seconds, 100.0 / results[i].ratio, 100.0 * results[i].noise);
  }
  std::printf("\nLoss of the last epoch: eigentrain %.4f", contest.loss);
  demand(contest.loss < 0.5, "eigentrain didn't learn");
#ifdef EIGENTRAIN_BENCH_TORCH
  demand(contest.torch_loss < 0.5, "LibTorch didn't learn");
  std::printf(", LibTorch %.4f\neigentrain / LibTorch: %.2f\nLibTorch's products: %s\n",
              contest.torch_loss, results[2].ratio / results[1].ratio,
              bench::torch_products().c_str());
#endif
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  const bool table = bench::take_flag(argc, argv, "--table");
  std::printf("%s, %s, Eigen %d.%d.%d with %s, one thread\n", bench::processor().c_str(),
              bench::compiler(), EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION,
              Eigen::SimdInstructionSetsInUse());
  Contest contest;
  if (table) {
    print_table(contest);
    return 0;
  }
  for (const bench::Rival& rival : contest.rivals) {
    benchmark::RegisterBenchmark(rival.name.c_str(), [&](benchmark::State& state) {
      for (auto _ : state) rival.run();
      state.counters["samples/s"] = benchmark::Counter(
          static_cast<double>(contest.data.size()), benchmark::Counter::kIsIterationInvariantRate);
    })->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
