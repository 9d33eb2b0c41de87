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
  /// baseᵗ for t = `count`, with what `known` remembers, if there is something.
  EIGENTRAIN_NOINLINE static double power_of(double base, std::int64_t count, StepPowers* known) {
    if (known == nullptr) [[unlikely]] {
      StepPowers own;
      return power_of(base, count, &own);
    }
    Entry& entry = known->entry_of(base);
    const bool same = entry.base == base && entry.count != 0;
    if (same && entry.count + 1 == count && count % period != 0) [[likely]] {
      entry.low *= base;
      entry.count = count;
    } else if (!same || entry.count != count) {
      start(entry, base, count);
    }
    return (entry.high * entry.low)[0];
  }

 private:
  static constexpr std::int64_t period = 32;
  static constexpr std::size_t memory = 4;  // bases that are remembered
  struct Entry {
    double base = 0.0;
    std::int64_t count = 0;  // 0 remembers nothing
    Exact high{}, low{};
  };

  // Where a base is remembered, or may be: if there are others everywhere, the last place.
  Entry& entry_of(double base) {
    Entry* entry = entries_;
    while (entry != &entries_[memory - 1] && entry->base != base && entry->count != 0) ++entry;
    return *entry;
  }

  // Where this is no step after the one that is remembered, or one that begins a period.
  EIGENTRAIN_COLD static void start(Entry& entry, double base, std::int64_t count) {
    Exact whole = 1.0, low = 1.0;
    for (std::int64_t i = 0; i < period; ++i) {
      if (i == count % period) low = whole;
      whole *= base;
    }
    entry = {base, count, eigentrain::power(whole, count / period), low};
  }

  Entry entries_[memory];
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
