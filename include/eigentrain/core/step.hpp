// SPDX-License-Identifier: MIT
// What a transform is told about the step that it takes part in.
#pragma once

#include <cstddef>
#include <cstdint>

#include "eigentrain/core/power.hpp"

namespace eigentrain {

namespace detail {

/// Remembers powers from step to step, since a chain of squarings takes as long as a thousand
/// elements. The bits don't depend on what is remembered: baseᵗ is (base³²)^⌊t/32⌋, by squaring,
/// times base^(t mod 32), one product after the other.
class StepPowers {
 public:
  double operator()(double base, std::int64_t count) { return power_of(base, count, this); }

  /// baseᵗ for t = `count`, with what `known` remembers, if there is something.
  EIGENTRAIN_NOINLINE static double power_of(double base, std::int64_t count, StepPowers* known) {
    Entry fresh;
    Entry* entry = known != nullptr ? known->find(base) : &fresh;
    if (entry->count + 1 == count) {
      entry->low *= base;
      if (count % period == 0) start_period(*entry, entry->low, count);
    } else if (entry->count != count) {
      start(*entry, base, count);
    }
    entry->count = count;
    return (entry->high * entry->low)[0];
  }

 private:
  static constexpr std::int64_t period = 32;
  static constexpr std::size_t memory = 4;  // bases that are remembered
  struct Entry {
    double base = 0.0;
    std::int64_t count = -1;
    Exact high = 1.0, low = 1.0;
  };

  EIGENTRAIN_COLD static void start(Entry& entry, double base, std::int64_t count) {
    const std::int64_t rest = count % period;
    Exact product = 1.0, low = 1.0;
    for (std::int64_t i = 0; i < period; ++i) {
      if (i == rest) low = product;
      product *= base;
    }
    start_period(entry, product, count);
    entry.low = low;
  }
  // `whole` is base^period.
  EIGENTRAIN_COLD static void start_period(Entry& entry, Exact whole, std::int64_t count) {
    entry.high = power(whole, count / period);
    entry.low = 1.0;
  }

  Entry* find(double base) {
    for (Entry& entry : entries_) {
      if (entry.base == base && entry.count >= 0) return &entry;
    }
    Entry* oldest = &entries_[next_];
    next_ = (next_ + 1) % memory;
    *oldest = Entry{};
    oldest->base = base;
    return oldest;
  }

  Entry entries_[memory];
  std::size_t next_ = 0;
};

}  // namespace detail

/// One step of a chain. All tensors share it: bias corrections and rates are a matter of the step,
/// never of the tensor.
struct Step {
  std::int64_t count = 1;  ///< 1 in the first step: the t of the papers

  /// 0 in the first step: what schedules take.
  constexpr std::int64_t index() const { return count - 1; }

  /// baseᵗ, with the same bits everywhere and whatever steps came before; the relative error is
  /// below t·2⁻⁵². Takes two products where the last call for this base was for the step before.
  double power(double base) const { return detail::StepPowers::power_of(base, count, powers); }

  detail::StepPowers* powers = nullptr;  ///< the chain's memory of powers, if there is one
};

}  // namespace eigentrain
