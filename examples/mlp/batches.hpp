// SPDX-License-Identifier: MIT
// Mini-batches in a shuffled order, gathered into memory that is taken once.
#pragma once

#include "mlp/dataset.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/random.hpp"

namespace mlp {

/// Samples (columns) and their labels, valid until the next batch is gathered.
struct Batch {
  Eigen::Map<const Eigen::MatrixXf> features;
  Eigen::Map<const Eigen::VectorXi> labels;

  Index size() const { return labels.size(); }
};

/// A data set in batches of `batch_size`, the last of which holds what is left. Every sample is in
/// exactly one batch. The data set must outlive this.
///
///     mlp::Batches batches(data, 128);
///     batches.shuffle(random);  // once an epoch
///     for (Index i = 0; i < batches.count(); ++i) train_on(batches[i]);
class Batches {
 public:
  Batches(const Dataset& data, Index batch_size)
      : data_(data), order_(static_cast<std::size_t>(data.size())) {
    eigentrain::require_at_least(1, data.size(), "Batches", "the number of samples");
    eigentrain::require_at_least(1, batch_size, "Batches", "batch_size");
    batch_size = std::min(batch_size, data.size());
    features_.resize(data.features.rows(), batch_size);
    labels_.resize(batch_size);
    std::iota(order_.begin(), order_.end(), Index{0});
  }

  Index count() const { return (data_.size() + labels_.size() - 1) / labels_.size(); }

  /// Draws a new order: the same generator gives the same order on every machine, which
  /// std::shuffle doesn't promise.
  void shuffle(eigentrain::Generator& random) {
    eigentrain::shuffle(order_.data(), data_.size(), random);
  }

  Batch operator[](Index i) {
    const Index first = i * labels_.size();
    const Index size = std::min(labels_.size(), data_.size() - first);
    for (Index k = 0; k < size; ++k) {
      const Index sample = order_[static_cast<std::size_t>(first + k)];
      features_.col(k) = data_.features.col(sample);
      labels_[k] = data_.labels[sample];
    }
    return {{features_.data(), features_.rows(), size}, {labels_.data(), size}};
  }

 private:
  const Dataset& data_;
  std::vector<Index> order_;
  Eigen::MatrixXf features_;
  Eigen::VectorXi labels_;
};

}  // namespace mlp
