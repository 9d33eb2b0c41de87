// SPDX-License-Identifier: MIT
// The same networks trained on the same sequences, with and without clipping.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "clipping/recurrent.hpp"
#include "eigentrain/gradient/clip_norm.hpp"
#include "eigentrain/gradient/clip_tensor.hpp"
#include "eigentrain/gradient/clip_value.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/schedule/cosine.hpp"

namespace clipping {

struct Settings {
  Activation activation = Activation::relu;
  int length = 50, units = 32, batch = 16, steps = 2000, seeds = 10, shown = 2;
  double gain = 1.0, std = 0.3;
  double rate = 0.01, momentum = 0.9;
  double max_norm = 1.0, limit = 0.1, max_tensor_norm = 0.5;
};

/// A way to clip gradients in place, as the settings say.
struct Way {
  const char* name;
  void (*clip)(eigentrain::Parameters<float>&, const Settings&);
};

using Map = Eigen::Map<Eigen::VectorXf>;

/// Tensor i's gradient; the networks here own theirs, so it may be written.
inline Map gradient(eigentrain::Parameters<float>& parameters, Eigen::Index i) {
  const auto memory = parameters[i].gradient;
  return Map(const_cast<float*>(memory.data), memory.size());
}

/// None, by the global norm, by value, and by each tensor's own norm.
inline const std::vector<Way>& ways() {
  using Parameters = eigentrain::Parameters<float>;
  static const std::vector<Way> all = {
      {"none", [](Parameters&, const Settings&) {}},
      {"global norm",
       [](Parameters& parameters, const Settings& settings) {
         eigentrain::clip_gradient_norm(parameters, static_cast<float>(settings.max_norm));
       }},
      {"value",
       [](Parameters& parameters, const Settings& settings) {
         eigentrain::clip_gradient_value(parameters, static_cast<float>(settings.limit));
       }},
      {"norm per tensor",
       [](Parameters& parameters, const Settings& settings) {
         eigentrain::clip_gradient_tensor_norm(parameters,
                                               static_cast<float>(settings.max_tensor_norm));
       }},
  };
  return all;
}

/// All gradients one after the other.
inline Eigen::VectorXd gathered(eigentrain::Parameters<float>& parameters) {
  Eigen::VectorXd all(parameters.total());
  Eigen::Index at = 0;
  for (Eigen::Index i = 0; i < parameters.size(); ++i) {
    const Map g = gradient(parameters, i);
    all.segment(at, g.size()) = g.cast<double>();
    at += g.size();
  }
  return all;
}

/// A gradient before it was clipped.
struct Moment {
  int step = 0;  ///< from 1
  double norm = 0.0;
  Eigen::VectorXd gradient;
  std::vector<double> by_time;  ///< norms of the loss's gradients by h_1, …, h_T
};

/// What became of one network.
struct Run {
  std::vector<double> losses, norms;  ///< of the batch of each step, and of its gradient
  int clipped = 0;                    ///< steps whose gradient was changed
  /// The loss or the gradient was infinite or NaN, at the step after the last in `losses`.
  bool is_broken = false;
  double loss = std::numeric_limits<double>::infinity();  ///< at the end, of 1000 other sequences
  Moment first, largest, last;

  /// The loss at its highest, as a multiple of what it was at first.
  double rise() const {
    if (is_broken) return std::numeric_limits<double>::infinity();
    return *std::max_element(losses.begin(), losses.end()) / losses[0];
  }
};

/// A loss has exploded if it was ever this many times as high as at first.
inline constexpr double explosion = 1000.0;

/// Trains one network. The seed decides about weights and sequences, whatever the way.
inline Run train(const Settings& settings, const Way& way, std::uint64_t seed) {
  const eigentrain::Generator random(seed);
  eigentrain::Generator for_weights = random.split(0), for_batches = random.split(1),
                        for_test = random.split(2);
  Recurrent<float> network(2, settings.units, settings.activation);
  network.start(settings.gain, settings.std, for_weights);
  auto& parameters = network.parameters();
  eigentrain::Sgd<float> optimizer({.learning_rate = eigentrain::cosine_decay(
                                        {.initial = settings.rate, .steps = settings.steps}),
                                    .momentum = settings.momentum});

  Run run;
  for (int step = 1; step <= settings.steps; ++step) {
    const float loss = network.learn(adding<float>(settings.length, settings.batch, for_batches));
    const Eigen::VectorXd before = gathered(parameters);
    const double norm = before.norm();
    run.is_broken = !std::isfinite(loss) || !std::isfinite(norm);
    if (run.is_broken) return run;
    run.losses.push_back(static_cast<double>(loss));
    run.norms.push_back(norm);
    run.last = {step, norm, before, network.norms_by_time()};
    if (step == 1) run.first = run.last;
    if (step == 1 || norm > run.largest.norm) run.largest = run.last;

    way.clip(parameters, settings);
    run.clipped += gathered(parameters) != before ? 1 : 0;
    optimizer.step(parameters);
  }
  run.loss = static_cast<double>(network.loss(adding<float>(settings.length, 1000, for_test)));
  run.is_broken = !std::isfinite(run.loss);
  return run;
}

}  // namespace clipping
