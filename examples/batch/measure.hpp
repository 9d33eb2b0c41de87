// SPDX-License-Identifier: MIT
// Trains the same network with batches of different sizes, and measures the noise in its gradients.
#pragma once

#include "mlp/mlp.hpp"

#include <cmath>
#include <cstdint>
#include <ctime>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "eigentrain/gradient/noise_scale.hpp"
#include "eigentrain/init/he.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/schedule/batch_size.hpp"
#include "eigentrain/schedule/batch_size_by_noise.hpp"
#include "mlp/batches.hpp"
#include "mlp/evaluate.hpp"

namespace batch {

namespace et = eigentrain;
using Eigen::Index;

/// A way to choose the batch size and the rate.
struct Way {
  std::string name;
  et::BatchSize size;                                        ///< by the epoch
  et::Schedule rate;                                         ///< by the step
  std::optional<et::BatchSizeByNoiseOptions> by_noise = {};  ///< instead of `size`
};

struct Network {
  std::vector<Index> hidden = {128};
  double momentum = 0.9;
  std::int64_t epochs = 12;
  Index largest = 2048;  ///< batch
};

struct Epoch {
  Index batch_size = 0;
  std::int64_t steps = 0;
  double noise_scale = 0.0;  ///< at the beginning, averaged over this epoch and those before
  double seconds = 0.0;      ///< processor time of the training alone
  mlp::Score test;
};

struct Run {
  std::vector<Epoch> epochs;  ///< up to where it diverged, if it did
  mlp::Score train;           ///< at the end, over all samples
  bool diverged = false;
};

/// Estimates the noise scale from gradients of `parts` batches of `size` samples each, at the
/// weights as they are; NaN where those have none. Leaves other gradients behind.
class NoiseProbe {
 public:
  NoiseProbe(const mlp::Dataset& data, Index size, Index parts)
      : batches_(data, size),
        size_(std::min(size, data.size() / 2)),
        parts_(std::min(parts, data.size() / size_)),
        noise_({.small_batch = size_, .big_batch = size_ * parts_, .decay = 0.5}) {}

  double measure(mlp::Mlp<float>& model, et::Generator& random) {
    et::Parameters<float>& parameters = model.parameters();
    sum_.setZero(parameters.total());
    batches_.shuffle(random);
    double squares = 0.0;
    for (Index part = 0; part < parts_; ++part) {
      const mlp::Batch batch = batches_.next(size_);
      model.learn(batch.features, batch.labels, random);
      double square = 0.0;
      for (Index i = 0, first = 0; i < parameters.size(); ++i) {
        const Index count = parameters.count(i);
        const Eigen::Map<const Eigen::VectorXf> gradient(parameters[i].gradient.data, count);
        square += gradient.cast<double>().squaredNorm();
        sum_.segment(first, count) += gradient.cast<double>();
        first += count;
      }
      squares += square;
    }
    const auto parts = static_cast<double>(parts_);
    if (!std::isfinite(squares)) return std::numeric_limits<double>::quiet_NaN();
    noise_.add(std::sqrt(squares / parts), sum_.norm() / parts);
    return noise_.scale();
  }

 private:
  mlp::Batches batches_;
  Index size_, parts_;
  et::GradientNoiseScale noise_;
  Eigen::VectorXd sum_;
};

/// Trains a network from its beginning. All ways have the same initial weights, and the same order
/// of the samples, for the same seed. `report` is told every epoch's samples as they are done.
inline Run train(const Way& way, const Network& network, const mlp::TrainAndTest& data,
                 std::uint64_t seed, const std::function<void(Index)>& report) {
  const et::Generator random(seed);
  et::Generator for_weights = random.split(0), for_order = random.split(1),
                for_probe = random.split(2);
  mlp::Mlp<float> model({.inputs = data.train.features.rows(),
                         .hidden = network.hidden,
                         .classes = data.train.classes,
                         .batch_size = network.largest});
  model.initialize([&](auto& weight) { et::he_normal(weight, for_weights); });
  et::Sgd<float> optimizer({.learning_rate = way.rate, .momentum = network.momentum});
  mlp::Batches batches(data.train, network.largest);
  NoiseProbe probe(data.train, std::min<Index>(100, network.largest), 100);
  std::optional<et::BatchSizeByNoise> rule;
  if (way.by_noise) rule.emplace(*way.by_noise);

  Run run;
  for (std::int64_t e = 0; e < network.epochs && !run.diverged; ++e) {
    Epoch epoch;
    epoch.noise_scale = probe.measure(model, for_probe);
    run.diverged = std::isnan(epoch.noise_scale);
    if (run.diverged) break;
    epoch.batch_size = rule ? rule->update(epoch.noise_scale) : way.size(e);
    const std::clock_t start = std::clock();
    batches.shuffle(for_order);
    while (batches.left() > 0 && !run.diverged) {
      const mlp::Batch batch = batches.next(epoch.batch_size);
      const mlp::Score score = model.learn(batch.features, batch.labels, for_order);
      run.diverged = !std::isfinite(score.loss);
      if (run.diverged) break;
      optimizer.step(model.parameters());
      ++epoch.steps;
      report(batch.size());
    }
    epoch.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    epoch.test = mlp::evaluate(model, data.test, network.largest);
    run.epochs.push_back(epoch);
  }
  run.train = mlp::evaluate(model, data.train, network.largest);
  run.diverged = run.diverged || !std::isfinite(run.train.loss);
  return run;
}

}  // namespace batch
