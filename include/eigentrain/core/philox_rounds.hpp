// SPDX-License-Identifier: MIT
// The ten rounds of Philox4x32 on registers, and their keys.
#pragma once

#include "eigentrain/core/bits.hpp"

namespace eigentrain::detail {

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

/// The four words of M counters, each in the low half of a 64-bit lane, where its products fit; the
/// high halves are meaningless after the first round.
template <int M>
struct PhiloxState {
  Words<std::uint64_t, M> x0, x1, x2, x3;
};

/// The keys of the ten rounds: the golden ratio and √3 − 1, as fractions of 2³², are added from one
/// round to the next.
struct PhiloxKeys {
  std::uint32_t first;
  std::uint32_t second;

  template <int Round, int M>
  EIGENTRAIN_INLINE Words<std::uint64_t, M> first_of() const {
    return first + Round * 0x9e3779b9u;
  }
  template <int Round, int M>
  EIGENTRAIN_INLINE Words<std::uint64_t, M> second_of() const {
    return second + Round * 0xbb67ae85u;
  }
};

/// The same, stored in registers' width for a loop, where twenty constants are too many to be kept
/// in registers: a load costs less than a broadcast.
template <int M>
struct StoredPhiloxKeys {
  alignas(64) std::uint64_t keys[20 * M];

  EIGENTRAIN_INLINE explicit StoredPhiloxKeys(const PhiloxKeys& from) { store<0>(from); }

  template <int Round, int>
  EIGENTRAIN_INLINE Words<std::uint64_t, M> first_of() const {
    return Words<std::uint64_t, M>::load(keys + 2 * Round * M);
  }
  template <int Round, int>
  EIGENTRAIN_INLINE Words<std::uint64_t, M> second_of() const {
    return Words<std::uint64_t, M>::load(keys + (2 * Round + 1) * M);
  }

 private:
  template <int Round>
  EIGENTRAIN_INLINE void store(const PhiloxKeys& from) {
    from.template first_of<Round, M>().store(keys + 2 * Round * M);
    from.template second_of<Round, M>().store(keys + (2 * Round + 1) * M);
    if constexpr (Round < 9) store<Round + 1>(from);
  }
};

template <int Round, int M, class Keys>
EIGENTRAIN_INLINE PhiloxState<M> philox_round(const PhiloxState<M>& x, const Keys& keys) {
  using W = Words<std::uint64_t, M>;
  const W a = multiply_low_halves(x.x0, W(0xd2511f53u));
  const W b = multiply_low_halves(x.x2, W(0xcd9e8d57u));
  return {(b >> 32) ^ x.x1 ^ keys.template first_of<Round, M>(), b,
          (a >> 32) ^ x.x3 ^ keys.template second_of<Round, M>(), a};
}

/// The rounds from this one to the tenth, of any number of states side by side: a round is a chain
/// of long latency, which the others fill. Unrolled by recursion, because gcc's optimizers leave an
/// array of wide registers in memory.
template <int Round = 0, class Keys, class... States>
EIGENTRAIN_INLINE void philox_rounds(const Keys& keys, States&... x) {
  if constexpr (Round < 10) {
    ((x = philox_round<Round>(x, keys)), ...);
    philox_rounds<Round + 1>(keys, x...);
  }
}

/// The two halves of the seed.
EIGENTRAIN_INLINE PhiloxKeys philox_keys(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

/// 0, Step, 2·Step, …
template <int M, std::uint64_t Step>
EIGENTRAIN_INLINE Words<std::uint64_t, M> lane_numbers() {
  static constexpr std::uint64_t numbers[8] = {0,        Step,     2 * Step, 3 * Step,
                                               4 * Step, 5 * Step, 6 * Step, 7 * Step};
  static_assert(M <= 8);
  return Words<std::uint64_t, M>::load(numbers);
}

/// The state before the first round for counters first, first + Step, …; after the last one it
/// holds their words in the low halves of the lanes.
template <int M, std::uint64_t Step>
EIGENTRAIN_INLINE PhiloxState<M> philox_state(std::uint64_t stream, std::uint64_t first) {
  using W = Words<std::uint64_t, M>;
  const W counter = W(first) + lane_numbers<M, Step>();
  return {counter, counter >> 32, W(stream), W(stream >> 32)};
}

}  // namespace eigentrain::detail
