// SPDX-License-Identifier: MIT
// Trains a small network with or without a technique, and measures it after every epoch.
#pragma once

#include "mlp/mlp.hpp"

#include <cmath>
#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "eigentrain/core/chain.hpp"
#include "eigentrain/direction/momentum.hpp"
#include "eigentrain/gradient/weight_decay.hpp"
#include "eigentrain/init/he.hpp"
#include "eigentrain/schedule/descend.hpp"
#include "eigentrain/schedule/plateau.hpp"
#include "eigentrain/schedule/scheduled.hpp"
#include "mlp/batches.hpp"
#include "mlp/evaluate.hpp"

namespace techniques {

namespace et = eigentrain;
using Eigen::Index;

/// What a run differs in from the others of its experiment.
struct Way {
  std::string name;
  et::Schedule rate;                          ///< by the step
  std::optional<et::Schedule> momentum = {};  ///< by the step, instead of the network's
  bool plateau = false;     ///< takes 0.3 of the rate when the validation loss gets no better
  double dropout = 0.0;     ///< after the hidden layers
  double decay = 0.0;       ///< λ of L2: λw is added to the gradient of a weight
  bool batch_norm = false;  ///< in the hidden layers
};

/// What all runs of an experiment have in common.
struct Network {
  std::vector<Index> hidden;
  Index batch_size = 64;
  std::int64_t epochs = 10;
  double momentum = 0.9;
  bool every_epoch = true;  ///< is measured, or else the last one alone
};

struct Epoch {
  mlp::Score train;  ///< in evaluation mode
  mlp::Score test;
  double seconds = 0.0;  ///< processor time of the training alone, without measuring
  double rate = 0.0;     ///< learning rate of its first step
};

struct Run {
  std::vector<Epoch> epochs;  ///< that were measured, up to where it diverged, if it did
  bool diverged = false;
};

/// Trains a network from its beginning. For the same seed all ways have the same initial weights
/// and the same order of the samples; what dropout draws comes from a stream of its own.
/// `train_sample` is what the training loss is measured on, `validation` what a plateau is found
/// on. `report` is told when an epoch is done.
inline Run train(const Way& way, const Network& network, const mlp::TrainAndTest& data,
                 const mlp::Dataset& train_sample, const mlp::Dataset& validation,
                 std::uint64_t seed, const std::function<void()>& report) {
  const et::Generator random(seed);
  et::Generator for_weights = random.split(0), for_order = random.split(1),
                for_dropout = random.split(2);
  const Index largest = std::max<Index>(network.batch_size, 500);
  mlp::Mlp<float> model({.inputs = data.train.features.rows(),
                         .hidden = network.hidden,
                         .classes = data.train.classes,
                         .batch_size = largest,
                         .norm = way.batch_norm ? mlp::NormKind::batch : mlp::NormKind::none,
                         .dropout = way.dropout});
  model.initialize([&](auto& weight) { et::he_normal(weight, for_weights); });
  // One epoch without progress is borne, as the trainer does.
  et::ReduceOnPlateau plateau({.initial = 1.0, .factor = 0.3, .patience = 1, .threshold = 1e-3});
  const et::Schedule rate = [&](std::int64_t step) { return plateau.rate() * way.rate(step); };
  const et::Schedule momentum = way.momentum.value_or(network.momentum);
  const auto direction = et::scheduled(
      [momentum](std::int64_t step) { return et::momentum({.momentum = momentum(step)}); });
  auto optimizer = et::chain<float>(et::add_decay(way.decay), direction, et::descend(rate));
  mlp::Batches batches(data.train, network.batch_size);
  Run run;
  std::int64_t step = 0;
  for (std::int64_t e = 0; e < network.epochs && !run.diverged; ++e) {
    Epoch epoch;
    epoch.rate = rate(step);
    const std::clock_t start = std::clock();
    batches.shuffle(for_order);
    for (Index i = 0; i < batches.count() && !run.diverged; ++i) {
      const mlp::Batch batch = batches[i];
      if (way.batch_norm && batch.size() < 2) continue;  // no variance
      const mlp::Score score = model.learn(batch.features, batch.labels, for_dropout);
      run.diverged = !std::isfinite(score.loss);
      if (run.diverged) break;
      optimizer.step(model.parameters());
      ++step;
    }
    epoch.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    report();
    if (run.diverged) break;
    if (way.plateau) plateau.update(mlp::evaluate(model, validation, largest).mean_loss());
    if (!network.every_epoch && e + 1 < network.epochs) continue;
    epoch.train = mlp::evaluate(model, train_sample, largest);
    epoch.test = mlp::evaluate(model, data.test, largest);
    run.diverged = !std::isfinite(epoch.train.loss);
    if (!run.diverged) run.epochs.push_back(epoch);
  }
  return run;
}

}  // namespace techniques
