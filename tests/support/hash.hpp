// SPDX-License-Identifier: MIT
// One number for many values, to be compared with a number written down.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace eigentrain::test {

/// FNV-1a over the bits of the values, the lowest byte first on every machine; all NaN are alike.
template <class S>
std::uint64_t hash_bits(const S* values, std::int64_t count) {
  using Bits = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::int64_t i = 0; i < count; ++i) {
    Bits bits = std::bit_cast<Bits>(values[i]);
    if (values[i] != values[i]) bits = 1;
    for (std::size_t byte = 0; byte < sizeof(S); ++byte) {
      hash = (hash ^ ((bits >> (8 * byte)) & 0xffu)) * 0x100000001b3u;
    }
  }
  return hash;
}

}  // namespace eigentrain::test
