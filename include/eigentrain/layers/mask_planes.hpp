// SPDX-License-Identifier: MIT
// How the random bits of a dropout mask are drawn and compared with its rate; see dropout_mask.hpp.
#pragma once

#include <bit>
#include <cstdint>

#include "eigentrain/core/philox.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain::detail {

inline constexpr Index mask_block_words = 16;
inline constexpr Index mask_block_counters = 128;
inline constexpr Index mask_batch = 8;  ///< blocks that are best drawn together
inline constexpr int mask_groups = 2;   ///< groups of four planes that all values get

/// One bit of u and one of p, for all values of these words.
template <class W>
EIGENTRAIN_INLINE void compare_plane(const W& plane, std::uint32_t& rest, W& dropped,
                                     W& undecided) {
  // Of 64-bit lanes, only the low halves mean something.
  const W bit = W(0) - W(rest >> 31);
  const W differs = undecided & (plane ^ bit);
  dropped = dropped | (differs & bit);
  undecided = undecided ^ differs;
  rest <<= 1;
}

/// The next bits of a group's words, and those of p.
template <int N>
EIGENTRAIN_INLINE void compare_group(const PhiloxWords<N>& random, std::uint32_t& rest,
                                     Words<std::uint32_t, N>& dropped,
                                     Words<std::uint32_t, N>& undecided) {
  // Not a loop: gcc would leave the array of registers in memory.
  compare_plane(random.word[0], rest, dropped, undecided);
  compare_plane(random.word[1], rest, dropped, undecided);
  compare_plane(random.word[2], rest, dropped, undecided);
  compare_plane(random.word[3], rest, dropped, undecided);
}

/// One group of counters for each of two blocks (which may be the same one), or both groups for a
/// block: two at a time, since rounds are chains, as long as registers last.
template <int N, class Keys, class Body>
EIGENTRAIN_INLINE void draw_two_groups(const Keys& keys, std::uint64_t stream, std::uint64_t first,
                                       std::uint64_t second, const Body& body) {
  if constexpr (N == 16) {
    auto a = philox_state<N / 2, 2>(stream, first), b = philox_state<N / 2, 2>(stream, first + 1);
    auto c = philox_state<N / 2, 2>(stream, second), d = philox_state<N / 2, 2>(stream, second + 1);
    philox_rounds(keys, a, b, c, d);
    body(philox_words_of(a, b), philox_words_of(c, d));
  } else {
    body(philox_words_by<N>(keys, stream, first), philox_words_by<N>(keys, stream, second));
  }
}

template <int N, class Keys>
EIGENTRAIN_INLINE void draw_mask_block(std::uint32_t* target, std::uint32_t* left, const Keys& keys,
                                       std::uint64_t stream, std::uint64_t counter,
                                       std::uint32_t threshold) {
  for (int i = 0; i < mask_block_words; i += N) {
    const std::uint64_t first = counter + static_cast<std::uint64_t>(i);
    draw_two_groups<N>(keys, stream, first, first + philox_group_counters,
                       [&](const PhiloxWords<N>& high, const PhiloxWords<N>& low)
                           EIGENTRAIN_INLINE_LAMBDA {
                             Words<std::uint32_t, N> dropped(0u), undecided(~0u);
                             std::uint32_t rest = threshold;
                             compare_group(high, rest, dropped, undecided);
                             compare_group(low, rest, dropped, undecided);
                             dropped.store(target + i);
                             undecided.store(left + i);
                           });
  }
}

/// Two blocks whose values one group decides; the second may be the first.
template <int N, class Keys>
EIGENTRAIN_INLINE void draw_short_blocks(std::uint32_t* a, std::uint32_t* b, const Keys& keys,
                                         std::uint64_t stream, std::uint64_t first,
                                         std::uint64_t second, std::uint32_t threshold) {
  for (int i = 0; i < mask_block_words; i += N) {
    const auto at = static_cast<std::uint64_t>(i);
    draw_two_groups<N>(
        keys, stream, first + at, second + at,
        [&](const PhiloxWords<N>& of_a, const PhiloxWords<N>& of_b) EIGENTRAIN_INLINE_LAMBDA {
          const auto decide = [&](const PhiloxWords<N>& random, std::uint32_t* to)
                                  EIGENTRAIN_INLINE_LAMBDA {
                                    Words<std::uint32_t, N> dropped(0u), undecided(~0u);
                                    std::uint32_t rest = threshold;
                                    compare_group(random, rest, dropped, undecided);
                                    dropped.store(to + i);
                                  };
          decide(of_a, a);
          decide(of_b, b);
        });
  }
}

template <int M>
EIGENTRAIN_INLINE PhiloxState<M> mask_state(std::uint64_t stream, const std::uint64_t* counters) {
  using W = Words<std::uint64_t, M>;
  const W counter = W::load(counters);
  return {counter, counter >> 32, W(stream), W(stream >> 32)};
}

/// Adds the numbers of a block's words in which a value is undecided, from `base` on, to `places`,
/// of which 16 are overwritten: without branches, since no processor can foresee them.
template <int N>
EIGENTRAIN_INLINE void gather_places(const std::uint32_t* undecided, std::uint32_t base,
                                     std::uint32_t* places, int& count) {
#if EIGENTRAIN_WIDE_ASM
  if constexpr (N == 16) {
    using W = Words<std::uint32_t, 16>;
    static constexpr std::uint32_t numbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
    const W left = W::load(undecided), all = W::load(numbers) + W(base);
    W some;
    std::uint32_t which;
    asm("vptestmd %2, %2, %%k1\n\tvpcompressd %3, %0%{%%k1%}%{z%}\n\tkmovw %%k1, %1"
        : "=&v"(some.lanes), "=r"(which)
        : "v"(left.lanes), "v"(all.lanes)
        : "k1");
    some.store(places + count);
    count += std::popcount(which);
    return;
  }
#endif
  for (std::uint32_t word = 0; word < mask_block_words; ++word) {
    places[count] = base + word;
    count += undecided[word] != 0 ? 1 : 0;
  }
}

/// Decides what is undecided after the planes that all have: in two of a block's 16 words on
/// average. These get four planes more, which leave one in sixteen.
template <int M, class Keys>
EIGENTRAIN_INLINE void decide_mask_rest(std::uint32_t* dropped, std::uint32_t* undecided,
                                        Index blocks, const Keys& keys, std::uint64_t seed,
                                        std::uint64_t stream, std::uint64_t counter,
                                        std::uint32_t threshold) {
  using W = Words<std::uint64_t, M>;
  constexpr int most = static_cast<int>(mask_batch * mask_block_words);
  std::uint32_t places[most + 2 * mask_block_words];
  std::uint64_t counters[2 * M], gone[2 * M], left[2 * M];
  int count = 0;
  for (Index block = 0; block < blocks; ++block) {
    gather_places<2 * M>(undecided + block * mask_block_words,
                         static_cast<std::uint32_t>(block * mask_block_words), places, count);
  }
  for (int i = 0; i < 2 * M; ++i) places[count + i] = 0;
  constexpr int skipped = mask_groups * philox_group_counters;
  for (int i = 0; i < count; i += 2 * M) {
    for (int k = 0; k < 2 * M; ++k) {
      const std::uint32_t place = places[i + k];
      const std::uint32_t block = place / mask_block_words, word = place % mask_block_words;
      counters[k] = counter + block * mask_block_counters + skipped + word;
      gone[k] = dropped[place];
      left[k] = undecided[place];
    }
    auto a = mask_state<M>(stream, counters), b = mask_state<M>(stream, counters + M);
    if (count - i > M) {
      philox_rounds(keys, a, b);
    } else {
      philox_rounds(keys, a);
    }
    const auto decide = [&](const PhiloxState<M>& random, int from) EIGENTRAIN_INLINE_LAMBDA {
      W dropped_here = W::load(gone + from), undecided_here = W::load(left + from);
      std::uint32_t rest = threshold << (4 * mask_groups);
      compare_plane(random.x0, rest, dropped_here, undecided_here);
      compare_plane(random.x1, rest, dropped_here, undecided_here);
      compare_plane(random.x2, rest, dropped_here, undecided_here);
      compare_plane(random.x3, rest, dropped_here, undecided_here);
      dropped_here.store(gone + from);
      undecided_here.store(left + from);
    };
    decide(a, 0);
    decide(b, M);
    for (int k = 0; k < 2 * M && i + k < count; ++k) {
      Words<std::uint32_t, 1> last(static_cast<std::uint32_t>(gone[k])),
          undecided_last(static_cast<std::uint32_t>(left[k]));
      std::uint32_t rest = threshold << (4 * mask_groups + 4);
      std::uint64_t next = counters[k];
      while (undecided_last.lanes != 0 && rest != 0) {
        next += philox_group_counters;
        compare_group(philox_words<1>(seed, stream, next), rest, last, undecided_last);
      }
      dropped[places[i + k]] = last.lanes;
    }
  }
}

}  // namespace eigentrain::detail
