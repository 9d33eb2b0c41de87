// SPDX-License-Identifier: MIT
// What a transform is told about the step that it takes part in.
#pragma once

#include <cstdint>

namespace eigentrain {

/// One step of a chain. All tensors share it: bias corrections and rates are a matter of the step,
/// never of the tensor.
struct Step {
  std::int64_t count = 1;  ///< 1 in the first step: the t of the papers

  /// 0 in the first step: what schedules take.
  constexpr std::int64_t index() const { return count - 1; }
};

}  // namespace eigentrain
