// SPDX-License-Identifier: MIT
// Counts what a piece of code takes from the heap, operator new and malloc alike (Eigen calls
// malloc itself).
#pragma once

#include <cstdint>
#include <utility>

namespace eigentrain::test {

/// True where calls of malloc are counted too: with glibc, or under a sanitizer. Elsewhere only
/// operator new is seen.
bool counts_malloc();

/// How often the program has asked for memory so far, on all threads.
std::int64_t allocations();

/// How often `code` asks for memory:
///
///     optimizer.step(parameters);  // the first one takes the arena
///     CHECK(allocations_in([&] { optimizer.step(parameters); }) == 0);
template <class Code>
std::int64_t allocations_in(Code&& code) {
  const std::int64_t before = allocations();
  std::forward<Code>(code)();
  return allocations() - before;
}

}  // namespace eigentrain::test
