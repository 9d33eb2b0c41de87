// SPDX-License-Identifier: MIT
// Batches that grow in stairs, in the place of a learning rate that falls in stairs.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"

namespace eigentrain {

/// The options of growing_batch_size().
struct GrowingBatchSizeOptions {
  std::int64_t initial = 32;  ///< B₀ ≥ 1
  std::int64_t factor = 2;    ///< f ≥ 1
  std::int64_t every = 0;  ///< k, epochs (or steps) from one stair to the next; must be given, ≥ 1
  std::int64_t largest = 0;  ///< B_max ≥ B₀; must be given
};

/// The schedule made by growing_batch_size().
class GrowingBatchSize {
 public:
  explicit GrowingBatchSize(const GrowingBatchSizeOptions& options) : options_(options) {
    require_at_least(1, options.initial, "growing_batch_size", "initial");
    require_at_least(1, options.factor, "growing_batch_size", "factor");
    require_at_least(1, options.every, "growing_batch_size", "every");
    require_at_least(options.initial, options.largest, "growing_batch_size", "largest");
  }

  /// The size at a time. Throws std::invalid_argument if time < 0.
  EIGENTRAIN_NOINLINE std::int64_t operator()(std::int64_t time) const {
    require_at_least(0, time, "growing_batch_size", "time");
    std::int64_t size = options_.initial;
    if (options_.factor == 1) return size;
    for (std::int64_t stair = time / options_.every; stair > 0; --stair) {
      if (size > options_.largest / options_.factor) return options_.largest;  // nor overflow
      size *= options_.factor;
    }
    return size;
  }

 private:
  GrowingBatchSizeOptions options_;
};

/// Multiplies the batch size by a factor every k epochs, up to a largest size where it stays; a
/// pure function of the time t, exact in integers:
///
///     B(t) = min(B_max, B₀·f^⌊t/k⌋)
///
/// t counts whatever the caller counts; epochs are usual. Never overflows, and takes at most 63
/// products. Throws std::invalid_argument if an option is out of its range.
///
///     et::BatchSize size = et::growing_batch_size({.initial = 32, .factor = 4, .every = 2,
///                                                  .largest = 1000});
///     size(0); size(1);   // 32
///     size(2); size(3);   // 128
///     size(4);            // 512
///     size(6);            // 1000, not 2048
///
/// The noise of SGD's steps goes with rate·N/B while B is far below the number of samples N, so
/// times f for the batch does to it what 1/f does for the rate, with fewer steps in an epoch, each
/// with more to do in parallel. It is the quotient that counts: leave the rate constant then.
///
/// Smith, Kindermans, Ying and Le, "Don't Decay the Learning Rate, Increase the Batch Size", ICLR
/// 2018, who took a factor of 5.
inline GrowingBatchSize growing_batch_size(const GrowingBatchSizeOptions& options) {
  return GrowingBatchSize(options);
}

}  // namespace eigentrain
