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
  static double power_of(double base, std::int64_t count, StepPowers* known) {
    if (known != nullptr) [[likely]] {
      for (Entry& entry : known->entries_) {
        if (entry.base != base) continue;
        if (entry.count + 1 == count && count % period != 0) [[likely]] {
          entry.low *= base;
          entry.count = count;
        }
        if (entry.count == count) [[likely]] {
          return (entry.high * entry.low)[0];
        }
        break;
      }
    }
    return start(base, count, known);
  }

 private:
  static constexpr std::int64_t period = 32;
  static constexpr std::size_t memory = 4;  // bases that are remembered
  struct Entry {
    double base = __builtin_nan("");  // which no base equals
    std::int64_t count = -1;
    Exact high = 1.0, low = 1.0;
  };

  // Where this is no step after the one that is remembered, or one that begins a period.
  EIGENTRAIN_COLD static double start(double base, std::int64_t count, StepPowers* known) {
    Entry fresh;
    Entry& entry = known != nullptr ? *known->place_for(base) : fresh;
    Exact whole = entry.low * base, low = 1.0;  // the last product of a period
    if (entry.base != base || entry.count + 1 != count) {
      whole = 1.0;
      for (std::int64_t i = 0; i < period; ++i) {
        if (i == count % period) low = whole;
        whole *= base;
      }
    }
    entry = {base, count, power(whole, count / period), low};
    return (entry.high * entry.low)[0];
  }

  // Where a base is remembered, or the one that came first.
  Entry* place_for(double base) {
    for (Entry& entry : entries_) {
      if (entry.base == base) return &entry;
    }
    Entry* const oldest = &entries_[next_];
    next_ = (next_ + 1) % memory;
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
