// SPDX-License-Identifier: MIT
// What a fuzzer checks of an answer.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

/// Ends the program, which libFuzzer reports with the input, unless this is so.
inline void holds(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace fuzz
