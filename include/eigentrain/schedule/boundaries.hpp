// SPDX-License-Identifier: MIT
// The steps at which a schedule turns to something else.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "eigentrain/core/check.hpp"

namespace eigentrain::detail {

// These are templates, as what uses them is, the schedules' options too, so that a program without
// such schedules needn't compile lists of numbers.

/// Throws std::invalid_argument unless the steps rise strictly, the first from `least` on.
template <class = void>
EIGENTRAIN_NOINLINE void require_rising(std::int64_t least, const std::vector<std::int64_t>& steps,
                                        const char* owner, const char* name) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i == 0) {
      require(steps[0] >= least, owner, ": ", name, " must rise from ", least,
              " on, but number 1 is ", steps[0]);
    } else {
      require(steps[i] > steps[i - 1], owner, ": ", name, " must rise from ", least,
              " on, but number ", i + 1, " is ", steps[i], ", after ", steps[i - 1]);
    }
  }
}

/// Throws std::invalid_argument unless all values are in [0, ∞).
template <class = void>
EIGENTRAIN_NOINLINE void require_rates(const std::vector<double>& values, const char* owner,
                                       const char* name) {
  for (const double value : values) require_in(ranges::not_negative, value, owner, name);
}

/// How many of the rising steps are at or before this one, in O(log n).
template <class = void>
EIGENTRAIN_NOINLINE std::size_t count_reached(const std::vector<std::int64_t>& steps,
                                              std::int64_t step) {
  std::size_t low = 0, high = steps.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    (steps[middle] <= step ? low : high) = steps[middle] <= step ? middle + 1 : middle;
  }
  return low;
}

}  // namespace eigentrain::detail
