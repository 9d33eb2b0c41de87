// SPDX-License-Identifier: MIT
// The learning rate that goes with another batch size.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/functions.hpp"

namespace eigentrain {

/// How a learning rate follows the batch size.
enum class BatchScaling {
  linear,      ///< for SGD, with or without momentum
  square_root  ///< for Adam and its relatives
};

/// The learning rate for batches of `batch` samples, where `base_rate` was good for batches of
/// `base_batch`:
///
///     η = η₀·B/B₀          linear
///     η = η₀·√(B/B₀)       square root
///
/// Rates in [0, ∞), sizes ≥ 1. The same bits on every machine; exactly η₀ if the sizes are equal.
/// Throws std::invalid_argument if an argument is out of its range.
///
///     double rate = et::scale_rate_with_batch(0.1, 256, 8192);   // 3.2
///
/// Both are rules of thumb that end where the batch comes near the noise scale (BatchSizeByNoise):
/// from there on, a rate in proportion diverges. Large rates also need a warmup() at the beginning.
///
/// Linear: Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017, up to
/// 8192 samples. Square root: Krizhevsky, "One weird trick for parallelizing convolutional neural
/// networks", 2014, and for Adam and RMSProp Malladi et al., "On the SDEs and Scaling Rules for
/// Adaptive Gradient Algorithms", 2022.
EIGENTRAIN_NOINLINE inline double scale_rate_with_batch(
    double base_rate, std::int64_t base_batch, std::int64_t batch,
    BatchScaling scaling = BatchScaling::linear) {
  require_in(ranges::not_negative, base_rate, "scale_rate_with_batch", "base_rate");
  require_at_least(1, base_batch, "scale_rate_with_batch", "base_batch");
  require_at_least(1, batch, "scale_rate_with_batch", "batch");
  Exact ratio = Exact(static_cast<double>(batch)) / Exact(static_cast<double>(base_batch));
  if (scaling == BatchScaling::square_root) ratio = sqrt(ratio);
  return (Exact(base_rate) * ratio)[0];
}

}  // namespace eigentrain
