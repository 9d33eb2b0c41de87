// SPDX-License-Identifier: MIT
// Random orders, the same with every standard library.
#pragma once

#include <utility>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/random_source.hpp"

namespace eigentrain {

/// A random integer of [0, bound), each with exactly the same probability, for 1 ≤ bound ≤ 2⁶³ − 1.
/// Takes one word at a time below 2³², two above, and another draw with probability below
/// bound / 2³² (or 2⁶⁴). The words of another RandomSource than Generator are made of its values as
/// detail::next_word says. Throws std::invalid_argument if the bound is below 1.
///
///     const std::int64_t i = et::random_below(samples, random);
///
/// Bounds below 2³² by Lemire's product: Fast random integer generation in an interval (2019).
template <RandomSource Random>
std::int64_t random_below(std::int64_t bound, Random& random) {
  const auto next = [&] { return std::uint64_t{detail::next_word(random)}; };
  require_at_least(1, bound, "random_below", "bound");
  const auto limit = static_cast<std::uint64_t>(bound);
  if (limit >> 32 == 0) {
    std::uint64_t product = next() * limit;
    if (static_cast<std::uint32_t>(product) < limit) {
      const std::uint64_t rejected = (std::uint64_t{1} << 32) % limit;
      while (static_cast<std::uint32_t>(product) < rejected) {
        product = next() * limit;
      }
    }
    return static_cast<std::int64_t>(product >> 32);
  }
  const std::uint64_t rejected = (0 - limit) % limit;  // 2⁶⁴ modulo the bound
  for (;;) {
    const std::uint64_t low = next();
    const std::uint64_t value = low | next() << 32;
    if (value >= rejected) return static_cast<std::int64_t>(value % limit);
  }
}

/// Puts data[0 … count) into a random order, each of the count! orders with the same probability
/// (as far as 2⁶⁴ positions of the generator go), by Fisher and Yates' exchanges from the end. The
/// order is the same everywhere, unlike std::shuffle's. Throws std::invalid_argument if the count
/// is negative.
///
///     std::vector<int> order(images);
///     std::iota(order.begin(), order.end(), 0);
///     shuffle(order.data(), std::ssize(order), random);   // before every epoch
template <class T, RandomSource Random>
void shuffle(T* data, std::int64_t count, Random& random) {
  require_at_least(0, count, "shuffle", "count");
  for (std::int64_t i = count - 1; i > 0; --i) {
    const std::int64_t j = random_below(i + 1, random);
    using std::swap;
    if (j != i) swap(data[i], data[j]);
  }
}

}  // namespace eigentrain
