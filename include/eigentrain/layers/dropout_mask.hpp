// SPDX-License-Identifier: MIT
// Dropout's mask: one bit a value, made from Philox counters.
#pragma once

#include <cmath>
#include <cstdint>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/parallel.hpp"
#include "eigentrain/core/simd.hpp"

namespace eigentrain::detail {

/// Which of a batch's values are dropped. The values lie in blocks of 512. In block b, values
/// 512b + 16k + i for k = 0 … 31 share the word 16b + i, the first in its highest bit: a register
/// of words is then the mask of neighbouring values, at any width, and becomes that of the next
/// ones by a shift.
///
/// A value is dropped if u < p, for u in [0, 1) of 32 random bits. These lie in 32 planes of a bit
/// a value, in the order of the mask, the highest bits first: plane 4g + j of a block are the words
/// j of its counters 16g … 16g + 15. So 512 values are compared with p at once, bit by bit, and few
/// planes have to be made: each leaves half as many values undecided, and p's last bit all decided.
/// For p = 1/2 it is one group of counters, for others 3.1 on average, instead of 8.
class DropoutMask {
 public:
  static constexpr Index block_values = 512;
  static constexpr Index block_words = 16;
  static constexpr Index block_counters = 128;

  static constexpr Index blocks_of(Index size) { return (size + block_values - 1) / block_values; }

  /// Where the mask of a batch comes from.
  struct Source {
    std::uint64_t seed, stream, counter;
    std::uint64_t threshold;  ///< dropped where u·2³² is below
  };

  /// Takes the counters for `size` values, 128 for every begun 512. Allocates if there never were
  /// as many values.
  Source prepare(Index size, double rate, Generator& random) {
    const Index blocks = blocks_of(size);
    const auto words = static_cast<std::size_t>(blocks * block_words);
    if (words_.size() < words) words_.resize(words);
    const std::uint64_t counter =
        random.take_counters(static_cast<std::uint64_t>(blocks * block_counters));
    // u·2³² < rate·2³² in integers; the product is exact.
    return {random.seed(), random.stream(), counter,
            static_cast<std::uint64_t>(std::ceil(rate * 0x1p32))};
  }

  /// Draws the blocks begin … end − 1. (A template so that only programs with dropout compile the
  /// kernel.) The memory behind `next`, of which each block needs `bytes`, is on its way to the
  /// cache afterwards: drawing is arithmetic alone, and whoever applies the mask waits for memory.
  template <std::same_as<Source> From>
  void draw_blocks(const From& from, Index begin, Index end, const char* next = nullptr,
                   Index bytes = 0) {
    std::uint32_t* const words = words_.data() + begin * block_words;
    const Index blocks = end - begin;
    if (from.threshold == 0 || from.threshold >> 32 != 0) {
      std::memset(words, from.threshold == 0 ? 0 : 255,
                  static_cast<std::size_t>(blocks * block_words) * sizeof(*words));
      return;
    }
    const std::uint64_t seed = from.seed, stream = from.stream;
    const auto counter = from.counter + static_cast<std::uint64_t>(begin * block_counters);
    const auto threshold = static_cast<std::uint32_t>(from.threshold);
    // Groups of four planes that are made before it is asked whether all values are decided.
    const int planes = 32 - std::countr_zero(threshold);
    const int groups = planes > 12 ? 3 : (planes + 3) / 4;
    simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      const StoredPhiloxKeys<Bytes / 8> keys(philox_keys(seed));
      for (Index block = 0; block < blocks; ++block) {
        for (Index byte = 0; byte < bytes; byte += 64) prefetch(next + block * bytes + byte);
        const auto first = counter + static_cast<std::uint64_t>(block * block_counters);
        draw_block<Bytes / 4>(words + block * block_words, keys, stream, first, threshold, groups);
      }
    });
  }

  /// Draws all of it, on as many threads as there are.
  template <std::same_as<Generator> Random>
  void draw(Index size, double rate, Random& random) {
    const Source from = prepare(size, rate, random);
    parallel_ranges(blocks_of(size), 64,
                    [&](Index begin, Index end) { draw_blocks(from, begin, end); });
  }

  const std::uint32_t* words() const { return words_.data(); }
  bool is_dropped(Index value) const {
    const Index block = value / block_values, place = value % block_values;
    const std::uint32_t word = words_[static_cast<std::size_t>(block * block_words + place % 16)];
    return (word << (place / 16)) >> 31 != 0;
  }

 private:
  static EIGENTRAIN_INLINE void prefetch([[maybe_unused]] const char* address) {
#if EIGENTRAIN_VECTORS
    __builtin_prefetch(address);
#endif
  }

  template <int N, class Keys>
  static EIGENTRAIN_INLINE void draw_block(std::uint32_t* target, const Keys& keys,
                                           std::uint64_t stream, std::uint64_t counter,
                                           std::uint32_t threshold, int groups) {
    using W = Words<std::uint32_t, N>;
    for (int i = 0; i < block_words; i += N) {
      W dropped(0u), undecided(~0u);
      std::uint32_t rest = threshold;
      const auto compare = [&](const W& plane) EIGENTRAIN_INLINE_LAMBDA {
        const W bit(rest >> 31 != 0 ? ~0u : 0u);
        const W differs = undecided & (plane ^ bit);
        dropped = dropped | (differs & bit);
        undecided = undecided ^ differs;
        rest <<= 1;
      };
      for (int group = 0; group < 8; ++group) {
        const auto offset = static_cast<std::uint64_t>(group * philox_group_counters + i);
        const auto random = philox_words_by<N>(keys, stream, counter + offset);
        // Not a loop: gcc would leave the array of registers in memory.
        compare(random.word[0]);
        compare(random.word[1]);
        compare(random.word[2]);
        compare(random.word[3]);
        if (group + 1 >= groups && (rest == 0 || is_zero(undecided))) break;
      }
      dropped.store(target + i);
    }
  }

  template <int N>
  static EIGENTRAIN_INLINE bool is_zero(const Words<std::uint32_t, N>& words) {
    std::uint32_t parts[N];
    words.store(parts);
    std::uint32_t any = 0;
    for (int i = 0; i < N; ++i) any |= parts[i];
    return any == 0;
  }

  Buffer<std::uint32_t> words_;
};

}  // namespace eigentrain::detail
