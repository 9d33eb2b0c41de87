// SPDX-License-Identifier: MIT
// Philox4x32-10: random words as a pure function of (seed, stream, counter).
#pragma once

#include <bit>

#include "eigentrain/core/philox_rounds.hpp"

namespace eigentrain {

/// What N consecutive counters give: word[j] holds word j of each, in the order of the counters.
template <int N>
struct PhiloxWords {
  Words<std::uint32_t, N> word[4];  ///< the words
};

namespace detail {

/// The low halves of both, side by side.
template <int M>
EIGENTRAIN_INLINE Words<std::uint32_t, 2 * M> interleave(const Words<std::uint64_t, M>& even,
                                                         const Words<std::uint64_t, M>& odd) {
  constexpr bool little = std::endian::native == std::endian::little;
  const Words<std::uint64_t, M> low_half(0xffffffffu);
  const auto pair = little ? (even & low_half) | (odd << 32) : (odd & low_half) | (even << 32);
  Words<std::uint32_t, 2 * M> result;
  std::memcpy(&result.lanes, &pair.lanes, sizeof(pair.lanes));
  return result;
}

/// The words of even and odd counters after their rounds.
template <int M>
EIGENTRAIN_INLINE PhiloxWords<2 * M> philox_words_of(const PhiloxState<M>& even,
                                                     const PhiloxState<M>& odd) {
  return {{interleave(even.x0, odd.x0), interleave(even.x1, odd.x1), interleave(even.x2, odd.x2),
           interleave(even.x3, odd.x3)}};
}

/// philox_words for registers, with the keys of the seed.
template <int N, class Keys>
EIGENTRAIN_INLINE PhiloxWords<N> philox_words_by(const Keys& keys, std::uint64_t stream,
                                                 std::uint64_t counter) {
  auto even = philox_state<N / 2, 2>(stream, counter);
  auto odd = philox_state<N / 2, 2>(stream, counter + 1);
  philox_rounds(keys, even, odd);
  return philox_words_of(even, odd);
}

}  // namespace detail

/// The words of counters `counter` … `counter + N − 1`, 128 random bits each: Philox4x32-10 with
/// the key `seed` and the 128-bit counter (stream, counter). Any word can be had at any time, in
/// any order and on any thread, so a mask needs no storage and a fill no sequence.
///
/// For one counter (N = 1) anywhere; for registers inside simd_dispatch, with N = Bytes / 4:
///
///     simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
///       constexpr int N = Bytes / 4;
///       const PhiloxWords<N> random = philox_words<N>(seed, stream, counter);
///       Mask<float, N> keep = random.word[0] >= Words<std::uint32_t, N>(threshold);
///     });
///
/// Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011). The words are
/// those of the authors' Random123, philox4x32 with ten rounds.
template <int N>
EIGENTRAIN_INLINE PhiloxWords<N> philox_words(std::uint64_t seed, std::uint64_t stream,
                                              std::uint64_t counter) {
  const detail::PhiloxKeys keys = detail::philox_keys(seed);
  if constexpr (N == 1) {
    auto x = detail::philox_state<1, 1>(stream, counter);
    detail::philox_rounds(keys, x);
    const auto low = [](const Words<std::uint64_t, 1>& word) {
      return convert_words<std::uint32_t>(word);
    };
    return {{low(x.x0), low(x.x1), low(x.x2), low(x.x3)}};
  } else {
    return detail::philox_words_by<N>(keys, stream, counter);
  }
}

/// Fills, masks and everything else that takes a word for each element group the elements by 64:
/// group g takes counters 16g … 16g + 15 after the generator's own, and element 64g + 16j + i takes
/// word j of counter i. A register of 4, 8 or 16 lanes then holds neighbours, and the words of an
/// element don't depend on its width.
inline constexpr int philox_group_counters = 16;
/// Words in a group: four from each counter.
inline constexpr int philox_group_words = 64;

}  // namespace eigentrain
