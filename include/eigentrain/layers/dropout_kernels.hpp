// SPDX-License-Identifier: MIT
// What dropout's mask does to values.
#pragma once

#include "eigentrain/layers/activations.hpp"
#include "eigentrain/layers/columns.hpp"
#include "eigentrain/layers/dropout_mask.hpp"

namespace eigentrain::detail {

/// x·scale + shift where a value is kept, else the filler.
template <class S>
struct KeepOrFill {
  bool is_identity = false;  ///< p = 0: everything stays as it is, in every bit
  S scale = 1;
  S shift = 0;
  S filler = 0;
};

/// One register of values: `kept` is all ones where they stay. Masked, not multiplied by 0: ∞·0
/// would be NaN. Without Filled there is neither shift nor filler.
template <bool Filled, class S, int N>
EIGENTRAIN_INLINE void keep_lanes(const Words<UnsignedOf<S>, N>& kept, const S* source, S* target,
                                  const KeepOrFill<S>& by) {
  Packet<S, N> value = Packet<S, N>::load(source) * Packet<S, N>(by.scale);
  if constexpr (Filled) {
    const auto filler = to_bits(Packet<S, N>(by.filler));
    const auto changed = to_bits(value + Packet<S, N>(by.shift)) ^ filler;
    from_bits<S, N>((changed & kept) ^ filler).store(target);
  } else {
    from_bits<S, N>(to_bits(value) & kept).store(target);
  }
}

/// Values that no cache holds are stored past them, 16 bytes at a time, which is what `new` aligns
/// to: that spares reading the lines that are overwritten.
template <bool Past, class S>
EIGENTRAIN_INLINE void pass_on([[maybe_unused]] const S* from, [[maybe_unused]] S* to,
                               [[maybe_unused]] int count) {
#if defined(__x86_64__) && EIGENTRAIN_VECTORS
  if constexpr (Past) {
    constexpr int step = 16 / static_cast<int>(sizeof(S));
    for (int i = 0; i < count; i += step) {
      _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
    }
  }
#endif
}

/// Whole blocks of values without gaps, by the words of as many blocks of the mask. Registers
/// of 64 bytes begin where the target's lines do, since a store into two lines takes twice as long;
/// the values in front of and behind these go by themselves.
template <bool Filled, bool Past, class S>
void keep_blocks_past(const std::uint32_t* words, const S* source, S* target,
                      const KeepOrFill<S>& by, Index blocks) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int lanes = Bytes / static_cast<int>(sizeof(S)), top = sizeof(S) * 8 - 1;
    constexpr Index width = DropoutMask::block_words;
    const auto place = reinterpret_cast<std::uintptr_t>(target) / sizeof(S);
    constexpr bool turns = EIGENTRAIN_WIDE_ASM && Bytes == 64 && !Past;
    const Index head = turns ? static_cast<Index>((0 - place) % lanes) : 0;
    for (Index block = 0; block < blocks; ++block) {
      const std::uint32_t* const own = words + block * width;
      const Index begin = block * DropoutMask::block_values;
      // N values by the highest bits of N words.
      const auto keep = [&]<int N>(const Words<UnsignedOf<S>, N>& dropped, Index k)
                            EIGENTRAIN_INLINE_LAMBDA {
                              using Bits = Words<UnsignedOf<S>, N>;
                              const Bits kept = (dropped >> top) - Bits(UnsignedOf<S>(1));
                              if constexpr (Past) {
                                S values[N];
                                keep_lanes<Filled, S, N>(kept, source + k, values, by);
                                pass_on<Past>(values, target + k, N);
                              } else {
                                keep_lanes<Filled, S, N>(kept, source + k, target + k, by);
                              }
                            };
      const auto load = []<int N>(const std::uint32_t* from) EIGENTRAIN_INLINE_LAMBDA {
        return convert_words<UnsignedOf<S>>(Words<std::uint32_t, N>::load(from))
               << (sizeof(S) == 8 ? 32 : 0);
      };
      alignas(64) std::uint32_t turned[width];
      if (turns && head > 0) {
        turn_words<Bytes>(own, head, turned);
        for_lanes<lanes / 2>(0, head, [&]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
          keep.template operator()<N>(load.template operator()<N>(own + i), begin + i);
        });
      }
      const Index end = begin + DropoutMask::block_values - (head > 0 ? width : 0);
      for (Index i = 0; i < width; i += lanes) {
        auto dropped = load.template operator()<lanes>((head > 0 ? turned : own) + i);
        for (Index k = begin + i; k < end; k += width) {
          keep.template operator()<lanes>(dropped, head + k);
          dropped = dropped << 1;
        }
      }
      if (turns && head > 0) {
        for_lanes<lanes>(head, width, [&]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
          keep.template operator()<N>(load.template operator()<N>(own + i) << 31, end + i);
        });
      }
    }
  });
}

template <bool Filled, class S>
void keep_blocks(const std::uint32_t* words, const S* source, S* target, const KeepOrFill<S>& by,
                 Index blocks, [[maybe_unused]] bool past = false) {
#if defined(__x86_64__) && EIGENTRAIN_VECTORS
  if (past && reinterpret_cast<std::uintptr_t>(target) % 16 == 0 && target != source) {
    keep_blocks_past<Filled, true>(words, source, target, by, blocks);
    return _mm_sfence();  // before another thread may read them
  }
#endif
  keep_blocks_past<Filled, false>(words, source, target, by, blocks);
}

/// From 16 MiB on.
template <class S>
bool is_past_cache(const Memory<S>& memory) {
  return memory.size() * static_cast<Index>(sizeof(S)) >= Index(1) << 24;
}

/// Calls blocks(from, to, first, count) for all blocks of a batch: `count` of them, without gaps,
/// from block `first` on. What has gaps, and the rest behind the last whole block, goes through a
/// block of our own.
template <class S, class Blocks>
void for_blocks(const Memory<const S>& source, const Memory<S>& target, const Blocks& blocks) {
  constexpr Index values = DropoutMask::block_values;
  const Index size = source.size();
  const Index whole = source.outer == 1 && target.outer == 1 ? size / values : 0;
  const S* const from = source.data;
  S* const to = target.data;
  parallel_ranges(whole, 64, [&](Index begin, Index end) {
    blocks(from + begin * values, to + begin * values, begin, end - begin);
  });
  const auto bytes = [](Index count) { return static_cast<std::size_t>(count) * sizeof(S); };
  for (Index first = whole * values; first < size; first += values) {
    const Index count = size - first < values ? size - first : values;
    S block[values] = {};
    for_runs(source, source, first, count, [&](const S* run, const S*, Index at, Index length) {
      std::memcpy(block + at, run, bytes(length));
    });
    blocks(block, block, first / values, Index(1));
    for_runs(target, target, first, count, [&](const S*, S* run, Index at, Index length) {
      std::memcpy(run, block + at, bytes(length));
    });
  }
}

/// target = source by a mask that was drawn for as many values. They may be the same.
template <bool Filled, class S>
void apply_mask(const DropoutMask& mask, const Memory<const S>& source, const Memory<S>& target,
                const KeepOrFill<S>& by) {
  if (by.is_identity) return copy_activations(source, target);
  for_blocks<S>(source, target, [&](const S* from, S* to, Index first, Index count) {
    keep_blocks<Filled>(mask.words() + first * DropoutMask::block_words, from, to, by, count,
                        is_past_cache(target));
  });
}

/// The same by a new mask, some blocks at a time, while the next are fetched.
template <bool Filled, class S>
void draw_and_apply(DropoutMask& mask, double rate, Generator& random,
                    const Memory<const S>& source, const Memory<S>& target,
                    const KeepOrFill<S>& by) {
  const DropoutMask::Source bits = mask.prepare(source.size(), rate, random);
  if (by.is_identity) return copy_activations(source, target);
  constexpr Index values = DropoutMask::block_values, most = DropoutMask::batch;
  for_blocks<S>(source, target, [&](const S* from, S* to, Index first, Index count) {
    for (Index done = 0; done < count; done += most) {
      const Index some = count - done < most ? count - done : most;
      mask.draw_blocks(bits, first + done, first + done + some,
                       reinterpret_cast<const char*>(from + done * values), values * sizeof(S));
      keep_blocks<Filled>(mask.words() + (first + done) * DropoutMask::block_words,
                          from + done * values, to + done * values, by, some);
    }
  });
}

}  // namespace eigentrain::detail
