// SPDX-License-Identifier: MIT
// The rate of a step, as transforms ask a schedule for it.
#pragma once

#include <string_view>

#include "eigentrain/core/packet.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain::detail {

/// rate(index), the first index being 0. Throws std::invalid_argument if it is negative or not
/// finite.
EIGENTRAIN_NOINLINE inline Exact rate_at(const Schedule& rate, std::int64_t index,
                                         const char* owner) {
  const double value = rate(index);
  require(ranges::not_negative.contains(value), owner, ": the learning rate must be in [0, inf), ",
          "but the schedule gives ", value, " at step ", index);
  return value;
}

}  // namespace eigentrain::detail
