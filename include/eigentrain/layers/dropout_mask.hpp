// SPDX-License-Identifier: MIT
// Dropout's mask: one bit a value, made from Philox counters.
#pragma once

#include <cmath>
#include <cstdint>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/parallel.hpp"
#include "eigentrain/layers/mask_planes.hpp"

namespace eigentrain::detail {

/// The words of values that lie `head` places further on, in registers of 64 bytes: turned by as
/// many, and by a bit where that leads to the next row of values. In registers alone: a load from
/// two words just stored would wait for all stores before them.
template <int Bytes>
EIGENTRAIN_INLINE void turn_words([[maybe_unused]] const std::uint32_t* words,
                                  [[maybe_unused]] Index head,
                                  [[maybe_unused]] std::uint32_t* turned) {
#if EIGENTRAIN_WIDE_ASM
  if constexpr (Bytes == 64) {
    using W = Words<std::uint32_t, 16>;
    static constexpr std::uint32_t numbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
    const W places = W::load(numbers) + W(static_cast<std::uint32_t>(head)), bits = places >> 4;
    W result = W::load(words);
    asm("vpermd %0, %1, %0\n\tvpsllvd %2, %0, %0"  // vpermd counts modulo 16
        : "+v"(result.lanes)
        : "v"(places.lanes), "v"(bits.lanes));
    result.store(turned);
  }
#endif
}

/// Which of a batch's values are dropped. The values lie in blocks of 512. In block b, values
/// 512b + 16k + i for k = 0 … 31 share the word 16b + i, the first in its highest bit: a register
/// of words is then the mask of neighbouring values, at any width, and becomes that of the next
/// ones by a shift.
///
/// A value is dropped if u < p, for u in [0, 1) of 32 random bits. These lie in 32 planes of a bit
/// a value, in the order of the mask, the highest bits first: plane 4g + j of a block are the words
/// j of its counters 16g … 16g + 15. So 512 values are compared with p at once, bit by bit, and few
/// planes have to be made: each leaves half as many values undecided, and p's last bit all decided.
/// For p = 1/2 it is one group of counters; for others two, after which two values of 512 are left
/// on average, and the few counters that those need, instead of 8.
class DropoutMask {
 public:
  static constexpr Index block_values = 512;
  static constexpr Index block_words = mask_block_words;
  static constexpr Index block_counters = mask_block_counters;
  static constexpr Index batch = mask_batch;

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
    const int planes = 32 - std::countr_zero(threshold);
    const bool is_short = planes <= 4;
    const bool has_rest = planes > 4 * mask_groups;
    simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      const StoredPhiloxKeys<Bytes / 8> keys(philox_keys(seed));
      std::uint32_t undecided[batch * block_words];
      for (Index done = 0; done < blocks; done += batch) {
        const Index count = blocks - done < batch ? blocks - done : batch;
        std::uint32_t* const target = words + done * block_words;
        const auto first = counter + static_cast<std::uint64_t>(done * block_counters);
        for (Index block = 0; block < count; block += is_short ? 2 : 1) {
          const Index other = is_short && block + 1 < count ? block + 1 : block;
          for (Index byte = block * bytes; byte < (other + 1) * bytes; byte += 64) {
            prefetch(next + done * bytes + byte);
          }
          const auto counters = first + static_cast<std::uint64_t>(block * block_counters);
          if (is_short) {
            const auto others = first + static_cast<std::uint64_t>(other * block_counters);
            draw_short_blocks<Bytes / 4>(target + block * block_words, target + other * block_words,
                                         keys, stream, counters, others, threshold);
          } else {
            draw_mask_block<Bytes / 4>(target + block * block_words,
                                       undecided + block * block_words, keys, stream, counters,
                                       threshold);
          }
        }
        if (has_rest) {
          decide_mask_rest<Bytes / 8>(target, undecided, count, keys, seed, stream, first,
                                      threshold);
        }
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

  Buffer<std::uint32_t> words_;
};

}  // namespace eigentrain::detail
