// SPDX-License-Identifier: MIT
// Running statistics that belong to weights which no training has run with: averages of weights.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/layers/channels.hpp"

namespace eigentrain {

namespace detail {

/// The running statistics of one layer while they are gathered anew. Real is a parameter so that
/// nothing is compiled where nobody asks for it.
template <class Norm, class Real = double>
class Refresh {
  using S = typename std::remove_cvref_t<decltype(std::declval<Norm&>().running_mean())>::Scalar;
  using Sums = Eigen::Array<Real, Eigen::Dynamic, 1>;

 public:
  explicit Refresh(Norm& norm)
      : norm_(norm),
        batches_(norm.batches()),
        old_mean_(norm.running_mean()),
        old_variance_(norm.running_variance()),
        mean_(Sums::Zero(norm.features())),
        variance_(mean_) {
    // How far a first batch takes the running mean from 0 to a mean of 1: the weight of a batch.
    Norm probe(norm);
    Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> ones(norm.features(), 2);
    ones.setOnes();
    // One sample, which instance norm takes as well.
    const Channels<S> seen{ones.data(), 1, 2, ones.rows(), 1, ones.rows()};
    probe.running_mean().setZero();
    probe.set_batches(0);
    probe.forward(seen, seen);
    weight_ = static_cast<double>(probe.running_mean()[0]);
    require(weight_ > 0.0, "refresh_statistics: a layer with momentum 0 takes no statistics in");
  }
  Refresh(const Refresh&) = delete;

  // What the next batch leaves behind is its own statistics times that weight.
  void begin() {
    norm_.running_mean().setZero();
    norm_.running_variance().setZero();
    norm_.set_batches(0);
  }
  void end() {
    if (norm_.batches() == 0) return;  // the batch wasn't finite
    ++seen_;
    mean_ += norm_.running_mean().array().template cast<Real>() / weight_;
    variance_ += norm_.running_variance().array().template cast<Real>() / weight_;
  }

  bool take() {
    if (seen_ == 0) return false;
    const auto n = static_cast<double>(seen_);
    norm_.running_mean() = (mean_ / n).template cast<S>().matrix();
    norm_.running_variance() = (variance_ / n).template cast<S>().matrix();
    norm_.set_batches(seen_);
    return true;
  }
  void put_back() {
    norm_.running_mean() = old_mean_;
    norm_.running_variance() = old_variance_;
    norm_.set_batches(batches_);
  }

 private:
  Norm& norm_;
  std::int64_t batches_, seen_ = 0;
  Eigen::Matrix<S, Eigen::Dynamic, 1> old_mean_, old_variance_;
  Sums mean_, variance_;
  double weight_ = 0.0;
};

template <class Forward, class... Norm>
void refresh(std::int64_t batches, const Forward& forward, Refresh<Norm>&&... layers) {
  try {
    for (std::int64_t batch = 0; batch < batches; ++batch) {
      (layers.begin(), ...);
      forward(batch);
      (layers.end(), ...);
    }
    require((layers.take() && ...),
            "refresh_statistics: a layer has seen no batch, or none that is ", "finite");
  } catch (...) {
    (layers.put_back(), ...);
    throw;
  }
}

}  // namespace detail

/// Gives layers with running statistics (batch norm; instance norm that tracks them) those that
/// belong to the present weights: means over `batches` batches, all with the same weight. To be
/// called where weights were set that no training has run with, such as averages:
///
///     et::with_averages(optimizer, parameters, [&] {
///       et::refresh_statistics(100, [&](std::int64_t i) { net.forward(train.batch(i)); },
///                              net.norm1, net.norm2);
///       accuracy = evaluate();
///     });
///
/// forward(i), with i from 0 on, runs batch i through the network in training mode, each layer's
/// forward() once. Batches that aren't finite don't count. The layers' momentum is what it was
/// afterwards; batches() is the number of batches. Unlike the weights, the old statistics aren't
/// kept: to go on with the training, copy running_mean() and running_variance() before.
///
/// Throws std::invalid_argument if batches < 1, if a layer takes none in (momentum 0), or has seen
/// no batch that is finite, and what forward() throws; the statistics are then as before. Izmailov
/// et al., "Averaging weights leads to wider optima and better generalization", 2018. As
/// torch.optim.swa_utils.update_bn.
template <class Forward, class... Norm>
void refresh_statistics(std::int64_t batches, const Forward& forward, Norm&... layers) {
  static_assert(sizeof...(Norm) > 0, "eigentrain: name the layers whose statistics are to be made");
  require_at_least(1, batches, "refresh_statistics", "batches");
  detail::refresh(batches, forward, detail::Refresh<Norm>(layers)...);
}

}  // namespace eigentrain
