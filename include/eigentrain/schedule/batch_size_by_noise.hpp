// SPDX-License-Identifier: MIT
// Batches as large as the noise in the gradients makes worth while.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// Which sizes a rule may choose between its limits; `m` is its option `multiple`.
enum class BatchSizes {
  doubled,   ///< m, 2m, 4m, 8m, …
  multiples  ///< m, 2m, 3m, 4m, …
};

/// The options of BatchSizeByNoise.
struct BatchSizeByNoiseOptions {
  std::int64_t smallest = 1;               ///< ≥ 1; where it begins
  std::int64_t largest = 0;                ///< ≥ smallest; must be given
  std::int64_t multiple = 1;               ///< m ≥ 1
  BatchSizes sizes = BatchSizes::doubled;  ///< which sizes it may choose
  double share = 1.0;                      ///< c in (0, ∞): the batch as a share of the noise scale
  double margin = 2.0;      ///< h ≥ 1: how many times too small (or large) a batch may be
  bool may_shrink = false;  ///< follow the noise scale down, too
};

/// Lets the batch size follow the gradient noise scale, B_noise = tr Σ / |G|², where G is the
/// gradient over all data and Σ the covariance of a single sample's. Below B_noise, twice the batch
/// does nearly the work of twice the steps; far above it, only the cost is doubled. It grows in the
/// course of a training as |G| falls.
///
/// With T = c·B_noise and the current size B, update() goes
///
///     up to   round(T)   if T ≥ h·B
///     down to round(T)   if T ≤ B/h and may_shrink
///
/// and else stays, so that the noise of the estimate doesn't make the size flutter: with doubled
/// sizes, only estimates that differ by h²/2 times can send it to and fro. round(T) is the nearest
/// of the allowed sizes (between two, the larger) within [smallest, largest]; from T = largest on
/// it is the largest, allowed or not. Rounding never makes the size smaller on the way up, nor
/// larger on the way down.
///
/// An estimate that is no positive number (zero, negative, infinite, NaN) says nothing, and the
/// size stays: estimators that subtract |G|² from its own noise give such values now and then.
/// Smooth the estimates: an upward one is not undone unless may_shrink.
///
///     et::BatchSizeByNoise rule({.smallest = 32, .largest = 4096, .multiple = 32});
///     rule.size();           // 32
///     rule.update(150.0);    // 128
///     rule.update(220.0);    // 128: not yet twice as much
///     rule.update(90.0);     // 128: may not shrink
///     rule.update(1e9);      // 4096
///
/// The state is one integer, size(); to resume, begin with it as in BatchSizeByNoise(options,
/// size). The constructor throws std::invalid_argument if an option is out of its range.
///
/// McCandlish, Kaplan, Amodei and the OpenAI Dota Team, "An Empirical Model of Large-Batch
/// Training", 2018.
class BatchSizeByNoise {
 public:
  /// Begins with the smallest size.
  explicit BatchSizeByNoise(const BatchSizeByNoiseOptions& options)
      : BatchSizeByNoise(options, options.smallest) {}

  /// Begins with another size than the smallest.
  BatchSizeByNoise(const BatchSizeByNoiseOptions& options, std::int64_t size)
      : options_(options), size_(size) {
    constexpr const char* owner = "BatchSizeByNoise";
    require_at_least(1, options.smallest, owner, "smallest");
    require_at_least(options.smallest, options.largest, owner, "largest");
    require_at_least(1, options.multiple, owner, "multiple");
    require_in(ranges::positive, options.share, owner, "share");
    require_in({1.0, ranges::infinity, false, true}, options.margin, owner, "margin");
    require(size >= options.smallest && size <= options.largest, owner, ": size must be in [",
            options.smallest, ", ", options.largest, "], got ", size);
  }

  /// Samples in the next batch.
  std::int64_t size() const { return size_; }

  /// For checkpoints; see StateVisitor.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("size", size_);
    *this = BatchSizeByNoise(options_, size_);
  }

  /// Takes an estimate of B_noise, in samples, and returns the size of the next batch.
  EIGENTRAIN_NOINLINE std::int64_t update(double noise_scale) {
    if (!ranges::positive.contains(noise_scale)) return size_;
    const double target = (Exact(options_.share) * noise_scale)[0];
    const auto size = static_cast<double>(size_);
    if (target >= (Exact(options_.margin) * size)[0]) {
      const std::int64_t larger = rounded(target);
      if (larger > size_) size_ = larger;
    } else if (options_.may_shrink && target <= (Exact(size) / options_.margin)[0]) {
      const std::int64_t smaller = rounded(target);
      if (smaller < size_) size_ = smaller;
    }
    return size_;
  }

 private:
  std::int64_t rounded(double target) const {
    const std::int64_t m = options_.multiple, largest = options_.largest;
    if (target >= static_cast<double>(largest)) return largest;
    const auto whole = static_cast<std::int64_t>(target);  // below 2⁶³, as the largest is
    std::int64_t low = m;  // low ≤ whole, if any size is; next is the allowed size after it
    std::int64_t gap = m;
    if (options_.sizes == BatchSizes::multiples) {
      low = whole / m < 1 ? m : whole - whole % m;
    } else {
      while (low <= whole / 2) low *= 2;
      gap = low;
    }
    const bool is_nearer_to_next = whole > low && whole - low >= gap - (whole - low);
    if (is_nearer_to_next) low = low > largest - gap ? largest : low + gap;
    if (low > largest) return largest;
    return low < options_.smallest ? options_.smallest : low;
  }

  BatchSizeByNoiseOptions options_;
  std::int64_t size_;
};

}  // namespace eigentrain
