// SPDX-License-Identifier: MIT
// How the random bits of a dropout mask are drawn and compared with its rate; see dropout_mask.hpp.
#pragma once

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
  const W bit(rest >> 31 != 0 ? ~0u : 0u);
  const W differs = undecided & (plane ^ bit);
  dropped = dropped | (differs & bit);
  undecided = undecided ^ differs;
  rest <<= 1;
}

template <int N, class Keys>
EIGENTRAIN_INLINE void draw_mask_block(std::uint32_t* target, std::uint32_t* left, const Keys& keys,
                                       std::uint64_t stream, std::uint64_t counter,
                                       std::uint32_t threshold, int groups) {
  using W = Words<std::uint32_t, N>;
  for (int i = 0; i < mask_block_words; i += N) {
    W dropped(0u), undecided(~0u);
    std::uint32_t rest = threshold;
    for (int group = 0; group < groups; ++group) {
      const auto offset = static_cast<std::uint64_t>(group * philox_group_counters + i);
      const auto random = philox_words_by<N>(keys, stream, counter + offset);
      // Not a loop: gcc would leave the array of registers in memory.
      compare_plane(random.word[0], rest, dropped, undecided);
      compare_plane(random.word[1], rest, dropped, undecided);
      compare_plane(random.word[2], rest, dropped, undecided);
      compare_plane(random.word[3], rest, dropped, undecided);
    }
    dropped.store(target + i);
    undecided.store(left + i);
  }
}

template <int M>
EIGENTRAIN_INLINE PhiloxState<M> mask_state(std::uint64_t stream, const std::uint64_t* counters) {
  using W = Words<std::uint64_t, M>;
  const W counter = W::load(counters);
  return {counter, counter >> 32, W(stream), W(stream >> 32)};
}

/// The words in which a value is undecided after the planes that all have: two of a block's 16 on
/// average. They are gathered without branches, since no processor can foresee them, and get four
/// planes more, which leave one in sixteen.
template <int M, class Keys>
EIGENTRAIN_INLINE void decide_mask_rest(std::uint32_t* dropped, std::uint32_t* undecided,
                                        Index words, const Keys& keys, std::uint64_t seed,
                                        std::uint64_t stream, std::uint64_t counter,
                                        std::uint32_t threshold) {
  constexpr int most = static_cast<int>(mask_batch * mask_block_words);
  std::uint32_t places[most + 2 * M];
  std::uint64_t counters[most + 2 * M], random[4][2 * M];
  int count = 0;
  for (std::uint32_t word = 0; word < static_cast<std::uint32_t>(words); ++word) {
    places[count] = word;
    count += undecided[word] != 0 ? 1 : 0;
  }
  for (int i = 0; i < 2 * M; ++i) places[count + i] = 0;
  constexpr int skipped = mask_groups * philox_group_counters;
  for (int i = 0; i < count + 2 * M - 1; ++i) {
    const std::uint32_t block = places[i] / mask_block_words, word = places[i] % mask_block_words;
    counters[i] = counter + block * mask_block_counters + skipped + word;
  }
  for (int i = 0; i < count; i += 2 * M) {
    auto a = mask_state<M>(stream, counters + i), b = mask_state<M>(stream, counters + i + M);
    philox_rounds(keys, a, b);
    a.x0.store(random[0]), b.x0.store(random[0] + M);
    a.x1.store(random[1]), b.x1.store(random[1] + M);
    a.x2.store(random[2]), b.x2.store(random[2] + M);
    a.x3.store(random[3]), b.x3.store(random[3] + M);
    for (int k = 0; k < 2 * M && i + k < count; ++k) {
      const std::uint32_t place = places[i + k];
      Words<std::uint32_t, 1> gone(dropped[place]), left(undecided[place]);
      std::uint32_t rest = threshold << (4 * mask_groups);
      for (int j = 0; j < 4; ++j) {
        compare_plane<Words<std::uint32_t, 1>>(static_cast<std::uint32_t>(random[j][k]), rest, gone,
                                               left);
      }
      std::uint64_t next = counters[i + k];
      while (left.lanes != 0 && rest != 0) {
        next += philox_group_counters;
        const PhiloxWords<1> more = philox_words<1>(seed, stream, next);
        for (int j = 0; j < 4; ++j) compare_plane(more.word[j], rest, gone, left);
      }
      dropped[place] = gone.lanes;
    }
  }
}

}  // namespace eigentrain::detail
