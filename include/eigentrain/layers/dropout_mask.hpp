// SPDX-License-Identifier: MIT
// Dropout's mask: one bit a value, made from Philox counters and applied to a batch.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/parallel.hpp"
#include "eigentrain/core/simd.hpp"
#include "eigentrain/layers/columns.hpp"

namespace eigentrain::detail {

/// Which of a batch's values are dropped. The values, numbered column by column, lie in blocks of
/// 512. In block b, values 512b + 16k + i for k = 0 … 31 share the word 16b + i, the first in its
/// highest bit: a register of words is then the mask of neighbouring values, at any width, and
/// becomes that of the next ones by a shift.
class DropoutMask {
 public:
  static constexpr Index block_values = 512;
  static constexpr Index block_words = 16;

  /// Drops each of `size` values with probability `rate`, by the words of the generator that belong
  /// to it (see philox_group_words): dropped where its word's highest 31 bits, as u in [0, 1), are
  /// below the rate. Allocates if there never were as many values. (A template so that only
  /// programs with dropout compile the kernels.)
  template <std::same_as<Generator> Random>
  void draw(Index size, double rate, Random& random) {
    const Index blocks = (size + block_values - 1) / block_values;
    const auto words = static_cast<std::size_t>(blocks * block_words);
    if (words_.size() < words) words_.resize(words);
    const Index groups = (size + philox_group_words - 1) / philox_group_words;
    const std::uint64_t counter =
        random.take_counters(static_cast<std::uint64_t>(groups * philox_group_counters));
    const std::uint64_t seed = random.seed(), stream = random.stream();
    // u·2³¹ < rate·2³¹, in integers; the product is exact. 2³¹ itself drops everything.
    const auto threshold = static_cast<std::uint32_t>(std::ceil(rate * 0x1p31));
    std::uint32_t* const all = words_.data();
    parallel_ranges(blocks, 64, [=](Index begin, Index end) {
      simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
        for (Index block = begin; block < end; ++block) {
          draw_block<Bytes / 4>(all + block * block_words, threshold, seed, stream,
                                counter + static_cast<std::uint64_t>(block) * block_counters);
        }
      });
    });
  }

  /// target = 0 where dropped, source·scale elsewhere. The batches have the drawn size and may be
  /// the same.
  template <class S>
  void apply(const BatchInput<S>& source, BatchOutput<S>& target, S scale) const {
    const Index size = source.size();
    const auto gapless = [](const auto& batch) {
      return batch.cols() == 1 || batch.outerStride() == batch.rows();
    };
    const Index whole = gapless(source) && gapless(target) ? size / block_values : 0;
    const std::uint32_t* const words = words_.data();
    const S* const from = source.data();
    S* const to = target.data();
    parallel_ranges(whole, 64, [=](Index begin, Index end) {
      apply_blocks(words, from, to, scale, begin, end);
    });
    // Batches with gaps between their columns, and the last block, go through a block of our own.
    for (Index first = whole * block_values; first < size; first += block_values) {
      const Index count = size - first < block_values ? size - first : block_values;
      S block[block_values] = {};
      for_pieces(source, first, count, [&](Index offset, Index at, std::size_t bytes) {
        std::memcpy(block + at, from + offset, bytes);
      });
      apply_blocks<S>(words + first / block_values * block_words, block, block, scale, 0, 1);
      for_pieces(target, first, count, [&](Index offset, Index at, std::size_t bytes) {
        std::memcpy(to + offset, block + at, bytes);
      });
    }
  }

 private:
  static constexpr int block_groups = block_values / philox_group_words;
  static constexpr std::uint64_t block_counters = block_groups * philox_group_counters;

  template <int N>
  static EIGENTRAIN_INLINE void draw_block(std::uint32_t* words, std::uint32_t threshold,
                                           std::uint64_t seed, std::uint64_t stream,
                                           std::uint64_t counter) {
    for (int i = 0; i < block_words; i += N) {
      Words<std::uint32_t, N> dropped(0u);
      // The difference of two 31-bit numbers is negative where the first is smaller.
      const auto append = [&](const Words<std::uint32_t, N>& word) EIGENTRAIN_INLINE_LAMBDA {
        dropped = (dropped << 1) | (((word >> 1) - Words<std::uint32_t, N>(threshold)) >> 31);
      };
      for (int group = 0; group < block_groups; ++group) {
        const auto offset = static_cast<std::uint64_t>(group * philox_group_counters + i);
        const auto random = philox_words<N>(seed, stream, counter + offset);
        // Not a loop: gcc would leave the array of registers in memory.
        append(random.word[0]);
        append(random.word[1]);
        append(random.word[2]);
        append(random.word[3]);
      }
      dropped.store(words + i);
    }
  }

  template <class S>
  static void apply_blocks(const std::uint32_t* words, const S* source, S* target, S scale,
                           Index begin, Index end) {
    simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
      constexpr int lanes = Bytes / sizeof(S);
      for (Index block = begin; block < end; ++block) {
        for (int i = 0; i < block_words; i += lanes) {
          const auto dropped = convert_words<UnsignedOf<S>>(Words<std::uint32_t, lanes>::load(
                                   words + block * block_words + i))
                               << (sizeof(S) == 8 ? 32 : 0);
          apply_lanes<S, lanes>(dropped, source + block * block_values + i,
                                target + block * block_values + i, scale);
        }
      }
    });
  }

  template <class S, int N>
  static EIGENTRAIN_INLINE void apply_lanes(const Words<UnsignedOf<S>, N>& mask, const S* source,
                                            S* target, S scale) {
    constexpr int sign = sizeof(S) * 8 - 1;
    Words<UnsignedOf<S>, N> dropped = mask;
    for (Index k = 0; k < block_values; k += block_words) {
      // All ones where the highest bit is 0. Masked, not multiplied by 0: ∞·0 would be NaN.
      const auto kept = (dropped >> sign) - Words<UnsignedOf<S>, N>(UnsignedOf<S>(1));
      const auto scaled = Packet<S, N>::load(source + k) * Packet<S, N>(scale);
      from_bits<S, N>(to_bits(scaled) & kept).store(target + k);
      dropped = dropped << 1;
    }
  }

  /// Calls piece(offset in memory, place in the block, bytes) for the runs without gaps that make
  /// up values first … first + count − 1.
  template <class Batch, class Piece>
  static void for_pieces(const Batch& batch, Index first, Index count, const Piece& piece) {
    Index row = first % batch.rows(), col = first / batch.rows();
    for (Index at = 0; at < count; row = 0, ++col) {
      const Index run = batch.rows() - row < count - at ? batch.rows() - row : count - at;
      piece(col * batch.outerStride() + row, at,
            static_cast<std::size_t>(run) * sizeof(typename Batch::Scalar));
      at += run;
    }
  }

  Buffer<std::uint32_t> words_;
};

}  // namespace eigentrain::detail
