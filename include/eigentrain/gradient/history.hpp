// SPDX-License-Identifier: MIT
// The last values of something that is measured again and again, and their quantiles.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/memory.hpp"
#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// A rolling window over the last values of a norm, a loss, a rate: what a plot or a threshold is
/// made from.
///
///     et::History norms(1000);
///     norms.push(monitor.total().gradient_norm);                // allocates nothing
///     if (norms.last() > 10.0 * norms.median()) { /* an outlier */ }
///
/// Values that are not finite (an overflown norm) keep their place in the window and are counted
/// apart, but take no part in the statistics: mean, min, max and quantiles are over the finite
/// values x₁ … x_m of the window, and NaN while there is none (m = 0). The same bits on every
/// machine.
///
/// A second copy of the window is kept in order of size: push() takes time in proportion to the
/// capacity n, moving up to 8n bytes, and quantiles of the whole window are only looked up. Nothing
/// but push() and clear() changes the window, so the rest may run on several threads at once.
class History {
 public:
  /// A window of `capacity` values, in [1, 2³²]; 16 bytes for each are allocated here, and never
  /// again. Throws std::invalid_argument for any other capacity.
  explicit History(std::int64_t capacity) : values_(checked(capacity)) {}

  // Copies only: a History that was moved from would have lost its window, but not its size.
  History(const History&) = default;
  History& operator=(const History&) = default;

  /// Appends a value; the oldest one leaves a window that is full.
  EIGENTRAIN_NOINLINE void push(double value) {
    const Index place = count_ % capacity();
    double* const sorted = values_.data() + capacity();
    const auto move = [sorted](Index to, Index from, Index end) {
      std::memmove(sorted + to, sorted + from,
                   static_cast<std::size_t>(end - from) * sizeof(double));
    };
    const bool leaves = size_ == capacity() && std::isfinite(values_.data()[place]);
    const Index gap = leaves ? below(values_.data()[place]) : finite_;
    if (std::isfinite(value)) {
      Index to = below(value);
      if (to > gap) {
        move(gap, gap + 1, to);
        --to;
      } else {
        move(to + 1, to, gap);
      }
      sorted[to] = value;
      if (!leaves) ++finite_;
    } else if (leaves) {
      move(gap, gap + 1, finite_);
      --finite_;
    }
    values_.data()[place] = value;
    if (size_ < capacity()) ++size_;
    ++count_;
  }

  /// Forgets all values, and that there were any.
  void clear() { count_ = size_ = finite_ = 0; }

  /// n, how many values the window can hold.
  Index capacity() const { return static_cast<Index>(values_.size() / 2); }
  /// How many values the window holds now: min(count(), capacity()).
  Index size() const { return size_; }
  /// How many values were ever pushed. Value i of the window was number count() − size() + i.
  std::int64_t count() const { return count_; }
  Index finite() const { return finite_; }  ///< m, how many values of the window are finite

  /// Value i of the window, from 0, the oldest, to size() − 1. Throws std::invalid_argument for
  /// others.
  double operator[](Index i) const {
    require(i >= 0 && i < size_, "History: there is no value ", i, " among ", size_);
    return values_.data()[(count_ - size_ + i) % capacity()];
  }
  /// The newest value, finite or not; NaN if there is none.
  double last() const { return size_ > 0 ? (*this)[size_ - 1] : nothing; }

  /// The least finite value; NaN if there is none.
  double min() const { return finite_ > 0 ? sorted(0) : nothing; }
  /// The largest finite value; NaN if there is none.
  double max() const { return finite_ > 0 ? sorted(finite_ - 1) : nothing; }

  /// Σ xᵢ / m, added from the oldest to the newest.
  EIGENTRAIN_NOINLINE double mean() const {
    const double m = static_cast<double>(finite_);
    double sum = 0.0, scaled = 0.0;  // the second one where the first overflows
    for (Index i = 0; i < size_; ++i) {
      const double value = (*this)[i];
      if (!std::isfinite(value)) continue;
      sum += value;
      scaled += (Exact(value) / Exact(m))[0];
    }
    return std::isfinite(sum) ? sum / m : scaled;
  }

  /// The value below which a share q in [0, 1] of the values lies, linearly interpolated between
  /// neighbours as by default in NumPy (method "linear"): with x₀ ≤ … ≤ x_{m−1} in order of size,
  ///
  ///     h = q·(m − 1),   quantile(q) = x_⌊h⌋ + (h − ⌊h⌋)·(x_{⌊h⌋+1} − x_⌊h⌋)
  ///
  /// Throws std::invalid_argument for q outside [0, 1].
  EIGENTRAIN_NOINLINE double quantile(double q) const {
    require_in(ranges::fraction, q, "History", "q of a quantile");
    return interpolated(q, finite_, [this](Index rank) { return sorted(rank); });
  }
  double median() const { return quantile(0.5); }  ///< quantile(½)

  /// The median of the finite values among the window's values [first, last), 0 being the oldest.
  /// Takes time in proportion to (last − first)·log m, and allocates nothing either. Throws
  /// std::invalid_argument unless 0 ≤ first ≤ last ≤ size().
  EIGENTRAIN_NOINLINE double median(Index first, Index last) const {
    require(0 <= first && first <= last && last <= size_, "History: there are no values ", first,
            " to ", last, " among ", size_);
    // How many of them are at most as large as the limit.
    const auto up_to = [this, first, last](double limit) {
      Index found = 0;
      for (Index i = first; i < last; ++i) {
        const double value = (*this)[i];
        found += std::isfinite(value) && value <= limit;
      }
      return found;
    };
    const Index among = up_to(std::numeric_limits<double>::max());
    return interpolated(0.5, among, [this, &up_to](Index rank) {
      Index low = 0, high = finite_ - 1;  // the answer is one of the sorted values
      while (low < high) {
        const Index middle = low + (high - low) / 2;
        if (up_to(sorted(middle)) > rank) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return sorted(low);
    });
  }

  /// For checkpoints; see StateVisitor. The capacity stays what it is.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    std::int64_t ever = count_;
    visit("count", ever);
    const Index kept = visit.count("values", size_);
    require(kept < capacity() ? ever == kept : kept == capacity() && ever >= kept && !(ever >> 62),
            "History: there can't be ", kept, " of ", ever, " values in a window of ", capacity());
    detail::Buffer<double> values(static_cast<std::size_t>(kept));
    for (Index i = 0; i < kept && !visit.loading(); ++i) values.data()[i] = (*this)[i];
    visit("values", values.data(), kept);
    if (!visit.loading()) return;
    clear();
    count_ = ever - kept;
    for (const double value : values) push(value);
  }

 private:
  static constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

  static std::size_t checked(std::int64_t capacity) {
    require_at_least(1, capacity, "History", "capacity");
    require(capacity <= std::int64_t(1) << 32, "History: capacity must be at most 4294967296, got ",
            capacity);
    return 2 * static_cast<std::size_t>(capacity);
  }

  double sorted(Index rank) const { return values_.data()[capacity() + rank]; }

  // How many of the sorted values are smaller.
  Index below(double value) const {
    Index low = 0, high = finite_;
    while (low < high) {
      const Index middle = low + (high - low) / 2;
      if (sorted(middle) < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  template <class At>
  static double interpolated(double q, Index count, const At& at) {
    if (count == 0) return nothing;
    const Exact h = Exact(q) * Exact(static_cast<double>(count - 1));
    const Index rank = static_cast<Index>(h[0]);
    const Exact a = at(rank), share = h - Exact(static_cast<double>(rank));
    if (share[0] == 0.0) return a[0];
    const Exact b = at(rank + 1), apart = b - a;
    return (share[0] < 0.5 ? a + share * apart : b - (Exact(1.0) - share) * apart)[0];
  }

  detail::Buffer<double> values_;  // the window, a ring; behind it the finite ones in order of size
  std::int64_t count_ = 0;
  Index size_ = 0;
  Index finite_ = 0;
};

}  // namespace eigentrain
