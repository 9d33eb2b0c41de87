// SPDX-License-Identifier: MIT
#include "batch/measure.hpp"

#include <vector>

#include "eigentrain/schedule/growing_batch_size.hpp"
#include "mlp/dataset.hpp"
#include "support/catch.hpp"

namespace et = eigentrain;
using batch::Epoch;
using batch::Run;
using batch::Way;
using Eigen::Index;

namespace {

mlp::TrainAndTest spirals() {
  et::Generator random(3);
  return {mlp::make_spirals(300, 3, random), mlp::make_spirals(100, 3, random)};
}

Run train(const Way& way, std::uint64_t seed = 1, Index* samples = nullptr) {
  const batch::Network network{.hidden = {16}, .epochs = 4, .largest = 300};
  return batch::train(way, network, spirals(), seed, [&](Index done) {
    if (samples != nullptr) *samples += done;
  });
}

std::vector<Index> sizes(const Run& run) {
  std::vector<Index> result;
  for (const Epoch& epoch : run.epochs) result.push_back(epoch.batch_size);
  return result;
}

}  // namespace

TEST_CASE("the probe's noise scale is that of the single samples' gradients") {
  const mlp::Dataset data = spirals().train;
  et::Generator random(1);
  mlp::Mlp<float> model({.inputs = 2, .hidden = {8}, .classes = 3, .batch_size = 4});
  model.initialize([&](auto& weight) { et::he_normal(weight, random); });

  // In double, by the definitions: the covariance's trace around the mean, over n − 1.
  Eigen::MatrixXd gradients(model.parameters().total(), data.size());
  for (Index k = 0; k < data.size(); ++k) {
    model.learn(data.features.col(k), data.labels.segment(k, 1), random);
    Index first = 0;
    for (Index i = 0; i < model.parameters().size(); ++i) {
      const Index count = model.parameters().count(i);
      gradients.col(k).segment(first, count) =
          Eigen::Map<const Eigen::VectorXf>(model.parameters()[i].gradient.data, count)
              .cast<double>();
      first += count;
    }
  }
  const Eigen::VectorXd mean = gradients.rowwise().mean();
  const auto n = static_cast<double>(data.size());
  const double trace = (gradients.colwise() - mean).squaredNorm() / (n - 1);
  const double expected = trace / (mean.squaredNorm() - trace / n);
  CHECK(batch::NoiseProbe(data, 1, 1000).measure(model, random) == Approx(expected).epsilon(1e-5));

  // Batches of four know less of it, but not something else.
  batch::NoiseProbe coarse(data, 4, 1000);
  double sum = 0.0;
  for (int i = 0; i < 50; ++i) sum += coarse.measure(model, random);
  CHECK(sum / 50 == Approx(expected).epsilon(0.15));
}

TEST_CASE("samples that are all the same have no noise") {
  mlp::Dataset data{Eigen::MatrixXf::Ones(2, 64), Eigen::VectorXi::Ones(64), 2};
  et::Generator random(1);
  mlp::Mlp<float> model({.inputs = 2, .hidden = {8}, .classes = 2, .batch_size = 8});
  model.initialize([&](auto& weight) { et::he_normal(weight, random); });
  CHECK(batch::NoiseProbe(data, 8, 8).measure(model, random) < 1e-5);
}

TEST_CASE("every way brings as many samples, in batches as it says") {
  Index samples = 0;
  const Run fixed = train({"16", 16, 0.05}, 1, &samples);
  CHECK(samples == 4 * 300);
  CHECK(sizes(fixed) == std::vector<Index>{16, 16, 16, 16});
  for (const Epoch& epoch : fixed.epochs) {
    CHECK(epoch.steps == 19);
    CHECK(epoch.test.samples == 100);
    CHECK(epoch.noise_scale > 0);
  }
  CHECK(fixed.train.samples == 300);
  CHECK(fixed.epochs.back().test.loss < fixed.epochs.front().test.loss);

  const Run growing =
      train({"growing", et::growing_batch_size({.initial = 16, .every = 1, .largest = 100}), 0.05});
  CHECK(sizes(growing) == std::vector<Index>{16, 32, 64, 100});
  CHECK(growing.epochs[3].steps == 3);
  // Until the sizes differ, it is the same run.
  CHECK(growing.epochs[0].test.loss == fixed.epochs[0].test.loss);
  CHECK(growing.epochs[1].test.loss != fixed.epochs[1].test.loss);

  const et::BatchSizeByNoiseOptions options{.smallest = 2, .largest = 128, .margin = 1.5};
  const Run by_noise = train({"by noise", 16, 0.01, options});
  et::BatchSizeByNoise rule(options);
  for (const Epoch& epoch : by_noise.epochs)
    CHECK(epoch.batch_size == rule.update(epoch.noise_scale));
  CHECK(by_noise.epochs.back().batch_size > 2);
}

TEST_CASE("a seed is a run, and one that diverges ends") {
  const Way way{"16", 16, 0.05};
  CHECK(train(way, 1).train.loss == train(way, 1).train.loss);
  CHECK(train(way, 1).train.loss != train(way, 2).train.loss);
  const Run diverged = train({"too fast", 16, 1e30});
  CHECK(diverged.diverged);
  CHECK(diverged.epochs.size() == 1);
  CHECK(diverged.epochs[0].steps < 19);
  CHECK_FALSE(train(way).diverged);
  // One step an epoch, so that the next loss is that of the next epoch.
  const Run late = train({"300", 300, 1e30});
  CHECK(late.diverged);
  CHECK(late.epochs.size() == 1);
  CHECK(late.epochs[0].steps == 1);
  const batch::Network once{.hidden = {16}, .epochs = 1, .largest = 300};
  CHECK(batch::train({"300", 300, 1e30}, once, spirals(), 1, [](Index) {}).diverged);
}
