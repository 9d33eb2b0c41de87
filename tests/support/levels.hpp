// SPDX-License-Identifier: MIT
// Every register width that this machine and this build can run.
#pragma once

#include <vector>

#include "eigentrain/core/simd.hpp"

namespace eigentrain::test {

/// Pins a level for a scope and puts the best one back.
class AtLevel {
 public:
  explicit AtLevel(SimdLevel level) { set_simd_level(level); }
  ~AtLevel() { set_simd_level(best_simd_level()); }
  AtLevel(const AtLevel&) = delete;
  AtLevel& operator=(const AtLevel&) = delete;
};

inline std::vector<SimdLevel> simd_levels() {
  std::vector<SimdLevel> levels;
  for (SimdLevel level : {SimdLevel::baseline, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level <= best_simd_level()) levels.push_back(level);
  }
  return levels;
}

/// Calls test() once at every level.
template <class Test>
void at_every_level(const Test& test) {
  for (SimdLevel level : simd_levels()) {
    const AtLevel pinned(level);
    test();
  }
}

}  // namespace eigentrain::test
