// SPDX-License-Identifier: MIT
// Philox4x32-10: random words as a pure function of (seed, stream, counter).
#pragma once

#include <bit>

#include "eigentrain/core/bits.hpp"

namespace eigentrain {

/// What N consecutive counters give: word[j] holds word j of each, in the order of the counters.
template <int N>
struct PhiloxWords {
  Words<std::uint32_t, N> word[4];
};

namespace detail {

/// The 64-bit products of the low halves of the lanes; whatever is in the high halves is ignored.
template <int M>
EIGENTRAIN_INLINE Words<std::uint64_t, M> multiply_low_halves(const Words<std::uint64_t, M>& a,
                                                              const Words<std::uint64_t, M>& b) {
  using W = Words<std::uint64_t, M>;
#if defined(__x86_64__) && !defined(__clang__)
  // clang sees vpmuludq in the masked product; gcc would multiply all 64 bits.
  if constexpr (sizeof(W) == 16) {
    return W::from(reinterpret_cast<typename W::Value>(
        _mm_mul_epu32(reinterpret_cast<__m128i>(a.lanes), reinterpret_cast<__m128i>(b.lanes))));
  }
#if EIGENTRAIN_WIDE_ASM
  if constexpr (sizeof(W) > 16) {
    W result;
    asm("vpmuludq %2, %1, %0" : "=v"(result.lanes) : "v"(a.lanes), "v"(b.lanes));
    return result;
  }
#endif
#endif
  const W low_half(0xffffffffu);
  return (a & low_half) * (b & low_half);
}

/// The ten rounds. The 32-bit words stand in the low halves of 64-bit lanes, where their products
/// fit; the high halves of the result are meaningless.
template <int M>
EIGENTRAIN_INLINE void philox_rounds(Words<std::uint64_t, M> (&x)[4], std::uint64_t seed) {
  using W = Words<std::uint64_t, M>;
  const W first_factor(0xd2511f53u);
  const W second_factor(0xcd9e8d57u);
  auto first_key = static_cast<std::uint32_t>(seed);
  auto second_key = static_cast<std::uint32_t>(seed >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const W a = multiply_low_halves(x[0], first_factor);
    const W b = multiply_low_halves(x[2], second_factor);
    x[0] = (b >> 32) ^ x[1] ^ W(first_key);
    x[2] = (a >> 32) ^ x[3] ^ W(second_key);
    x[1] = b;
    x[3] = a;
    first_key += 0x9e3779b9u;   // the golden ratio
    second_key += 0xbb67ae85u;  // √3 − 1
  }
}

/// 0, step, 2·step, …
template <int M>
EIGENTRAIN_INLINE Words<std::uint64_t, M> lane_numbers(std::uint64_t step) {
  static constexpr std::uint64_t numbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  static_assert(M <= 8);
  return Words<std::uint64_t, M>::load(numbers) * Words<std::uint64_t, M>(step);
}

/// The words of counters first, first + step, … in the low halves of x.
template <int M>
EIGENTRAIN_INLINE void philox_wide(Words<std::uint64_t, M> (&x)[4], std::uint64_t seed,
                                   std::uint64_t stream, std::uint64_t first, std::uint64_t step) {
  using W = Words<std::uint64_t, M>;
  x[0] = W(first) + lane_numbers<M>(step);
  x[1] = x[0] >> 32;
  x[2] = W(stream);
  x[3] = W(stream >> 32);
  philox_rounds(x, seed);
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
  PhiloxWords<N> result;
  if constexpr (N == 1) {
    Words<std::uint64_t, 1> x[4];
    detail::philox_wide(x, seed, stream, counter, 1);
    for (int j = 0; j < 4; ++j) result.word[j] = convert_words<std::uint32_t>(x[j]);
  } else {
    // Even and odd counters in registers of their own, then side by side in the 64-bit lanes.
    constexpr int M = N / 2;
    constexpr bool little = std::endian::native == std::endian::little;
    Words<std::uint64_t, M> low[4];
    Words<std::uint64_t, M> high[4];
    detail::philox_wide(low, seed, stream, counter + (little ? 0 : 1), 2);
    detail::philox_wide(high, seed, stream, counter + (little ? 1 : 0), 2);
    for (int j = 0; j < 4; ++j) {
      const auto pair = (low[j] & Words<std::uint64_t, M>(0xffffffffu)) | (high[j] << 32);
      std::memcpy(&result.word[j].lanes, &pair.lanes, sizeof(pair.lanes));
    }
  }
  return result;
}

/// Fills, masks and everything else that takes a word for each element group the elements by 64:
/// group g takes counters 16g … 16g + 15 after the generator's own, and element 64g + 16j + i takes
/// word j of counter i. A register of 4, 8 or 16 lanes then holds neighbours, and the words of an
/// element don't depend on its width.
inline constexpr int philox_group_counters = 16;
inline constexpr int philox_group_words = 64;

}  // namespace eigentrain
