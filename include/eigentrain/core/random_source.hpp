// SPDX-License-Identifier: MIT
// What may be passed as a source of randomness, and how 32-bit words are taken from any of them.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace eigentrain {

/// What everything random here takes: Generator, an engine of the standard library, or your own
/// struct. The requirements are those of std::uniform_random_bit_generator: calling it gives an
/// unsigned integer of [min(), max()], each value with the same probability, and both bounds are
/// constants. (Results wider than 64 bits are left out.)
///
///     struct Mine {
///       using result_type = std::uint64_t;
///       static constexpr result_type min() { return 0; }
///       static constexpr result_type max() { return ~result_type{0}; }
///       result_type operator()();
///     };
///
/// Prefer Generator: fills by it run in registers, may be split and repeated at any place, and are
/// several times faster. Engines of the standard library give the same words everywhere, so what is
/// drawn from them here is the same everywhere too, which is not so for the standard library's
/// distributions.
template <class Random>
concept RandomSource =
    std::invocable<Random&> && std::unsigned_integral<std::invoke_result_t<Random&>> &&
    (sizeof(std::invoke_result_t<Random&>) <= 8) && requires {
      { Random::min() } -> std::same_as<std::invoke_result_t<Random&>>;
      { Random::max() } -> std::same_as<std::invoke_result_t<Random&>>;
      requires std::bool_constant<(Random::min() < Random::max())>::value;
    };

namespace detail {

/// How the words of a source are made: from `values` values, of which those below 2^bits count
/// (others are drawn again) and give their upper `taken` bits.
struct WordPlan {
  int bits;
  int values;
  int taken;
};

constexpr WordPlan word_plan(std::uint64_t span) {  // span = max − min
  const int bits = span == ~std::uint64_t{0} ? 64 : static_cast<int>(std::bit_width(span + 1)) - 1;
  const int values = (31 + bits) / bits;
  return {bits, values, (31 + values) / values};
}

/// The next word of 32 random bits of a source. With 2ᵇ the largest power of two that isn't above
/// the number of values, a value v counts if v − min < 2ᵇ, and another is drawn if it doesn't. If
/// b ≥ 32, the word is the upper 32 of these b bits, since weak engines are weakest in the lower
/// ones. Else ⌈32/b⌉ values give their upper bits, equally many each, the first the lowest bits of
/// the word: 16 + 16 for std::minstd_rand (b = 30), 11 + 11 + 10 for b = 12.
template <RandomSource Random>
std::uint32_t next_word(Random& random) {
  constexpr auto least = static_cast<std::uint64_t>(Random::min());
  constexpr WordPlan plan = word_plan(static_cast<std::uint64_t>(Random::max()) - least);
  std::uint64_t word = 0;
  for (int i = 0; i < plan.values; ++i) {
    std::uint64_t value = 0;
    do {
      value = static_cast<std::uint64_t>(random()) - least;
    } while (plan.bits < 64 && value >> (plan.bits & 63) != 0);
    word |= value >> (plan.bits - plan.taken) << (i * plan.taken);
  }
  return static_cast<std::uint32_t>(word);
}

}  // namespace detail

}  // namespace eigentrain
