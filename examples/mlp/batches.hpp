// SPDX-License-Identifier: MIT
// Mini-batches in a shuffled order, gathered into memory that is taken once.
#pragma once

#include "mlp/dataset.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/random.hpp"
#include "eigentrain/schedule/batch_size.hpp"

namespace mlp {

/// Samples (columns) and their labels, valid until the next batch is gathered.
struct Batch {
  Eigen::Map<const Eigen::MatrixXf> features;
  Eigen::Map<const Eigen::VectorXi> labels;

  Index size() const { return labels.size(); }
};

/// A data set in batches of at most `batch_size`. Every sample is in exactly one batch of an epoch.
/// The data set must outlive this.
///
/// All of the same size, the last of which holds what is left:
///
///     mlp::Batches batches(data, 128);
///     batches.shuffle(random);  // once an epoch
///     for (Index i = 0; i < batches.count(); ++i) train_on(batches[i]);
///
/// Or each of the size that is asked for, so that it may change from epoch to epoch or from step to
/// step; no memory is taken for it as long as it isn't above the first:
///
///     mlp::Batches batches(data, 2048);
///     batches.shuffle(random);
///     while (batches.left() > 0) train_on(batches.next(size(step++)));
class Batches {
 public:
  Batches(const Dataset& data, Index batch_size)
      : data_(data), order_(static_cast<std::size_t>(data.size())) {
    eigentrain::require_at_least(1, data.size(), "Batches", "the number of samples");
    eigentrain::require_at_least(1, batch_size, "Batches", "batch_size");
    largest_ = batch_size;
    batch_size = std::min(batch_size, data.size());
    features_.resize(data.features.rows(), batch_size);
    labels_.resize(batch_size);
    std::iota(order_.begin(), order_.end(), Index{0});
  }

  Index count() const { return (data_.size() + labels_.size() - 1) / labels_.size(); }

  /// Begins an epoch in a new order: the same generator gives the same order on every machine,
  /// which std::shuffle doesn't promise.
  void shuffle(eigentrain::Generator& random) {
    eigentrain::shuffle(order_.data(), data_.size(), random);
    restart();
  }

  Batch operator[](Index i) {
    const Index first = i * labels_.size();
    return gather(first, std::min(labels_.size(), data_.size() - first));
  }

  /// Samples of this epoch that next() hasn't brought yet.
  Index left() const { return data_.size() - done_; }

  /// The next `size` samples of this epoch, or what is left; none at its end. Throws
  /// std::invalid_argument, with nothing changed, unless 1 ≤ size ≤ batch_size.
  Batch next(Index size) {
    eigentrain::require(size >= 1 && size <= largest_, "Batches: a batch must have 1 to ", largest_,
                        " samples, got ", size);
    const Batch batch = gather(done_, std::min(size, left()));
    done_ += batch.size();
    return batch;
  }

  /// Samples of this epoch that next() has brought.
  Index done() const { return done_; }

  /// Begins an epoch in the same order again.
  void restart() { done_ = 0; }

  /// For checkpoints: the order of the samples, which the next shuffle() goes on from, and the
  /// place in it.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("order", order_.data(), order_.size());
    visit("done", done_);
    eigentrain::require(done_ >= 0 && done_ <= data_.size(), "Batches: done must be in [0, ",
                        data_.size(), "], got ", done_);
    std::vector<bool> seen(order_.size());
    for (const Index sample : order_) {
      const bool is_new =
          sample >= 0 && sample < data_.size() && !seen[static_cast<std::size_t>(sample)];
      eigentrain::require(is_new, "Batches: an order has each of ", data_.size(),
                          " samples once, but not ", sample);
      seen[static_cast<std::size_t>(sample)] = true;
    }
  }

 private:
  Batch gather(Index first, Index size) {
    for (Index k = 0; k < size; ++k) {
      const Index sample = order_[static_cast<std::size_t>(first + k)];
      features_.col(k) = data_.features.col(sample);
      labels_[k] = data_.labels[sample];
    }
    return {{features_.data(), features_.rows(), size}, {labels_.data(), size}};
  }

  const Dataset& data_;
  std::vector<Index> order_;
  Eigen::MatrixXf features_;
  Eigen::VectorXi labels_;
  Index largest_ = 0;
  Index done_ = 0;
};

/// The steps of `epochs` passes over so many samples, when the batch size is a function of the
/// epoch: what a schedule of the learning rate, which counts steps, has to know.
inline std::int64_t count_steps(Index samples, const eigentrain::BatchSize& size,
                                std::int64_t epochs) {
  std::int64_t steps = 0;
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    steps += (samples - 1) / size(epoch) + 1;  // rounded up
  }
  return steps;
}

}  // namespace mlp
