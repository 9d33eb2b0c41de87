// SPDX-License-Identifier: MIT
// Softmax and cross-entropy in one, where both are simple and neither overflows.
#pragma once

#include <cmath>

#include "mlp/matrix.hpp"

namespace mlp {

/// What a batch adds to the figures of an epoch.
struct Score {
  double loss = 0;    ///< the sum over the samples
  Index correct = 0;  ///< samples whose largest logit is that of their label
  Index samples = 0;

  double mean_loss() const { return loss / static_cast<double>(samples); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(samples); }

  Score& operator+=(const Score& other) {
    loss += other.loss;
    correct += other.correct;
    samples += other.samples;
    return *this;
  }
};

/// The loss −log softmax(z)[label] of every column z of `logits` (classes × samples), and the
/// gradient of its MEAN over the batch: (softmax(z) − one_hot(label)) / samples.
///
/// The largest logit is taken off before exp, so that nothing overflows:
/// −log softmax(z)[k] = log Σ exp(z_i − max) − (z_k − max). A NaN stays a NaN. Labels must be below
/// the number of classes; they are not checked here.
template <class S>
Score softmax_cross_entropy(const Input<S>& logits, const Eigen::Ref<const Eigen::VectorXi>& labels,
                            Output<S> gradient) {
  Score score;
  score.samples = logits.cols();
  const S share = S(1) / static_cast<S>(logits.cols());
  for (Index i = 0; i < logits.cols(); ++i) {
    Index largest = 0;
    const S top = logits.col(i).maxCoeff(&largest);
    const Index label = labels[i];
    auto column = gradient.col(i);
    column = (logits.col(i).array() - top).exp();
    const S sum = column.sum();
    column *= share / sum;
    column[label] -= share;
    score.loss += static_cast<double>(std::log(sum) - (logits(label, i) - top));
    score.correct += largest == label ? 1 : 0;
  }
  return score;
}

}  // namespace mlp
