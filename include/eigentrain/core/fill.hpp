// SPDX-License-Identifier: MIT
// How random numbers get into memory: which words an element takes, and the loop over registers.
#pragma once

#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain::detail {

/// Elements that take the words of one group of counters: 64 floats (a word each) or 32 doubles
/// (two words each).
template <class S>
inline constexpr Index fill_group = philox_group_words * 4 / static_cast<Index>(sizeof(S));

/// Draws one group. Element 16j + i takes word j of counter i (float), or words 2j and 2j + 1
/// (double). draw(a, b, x, y) makes the packets x and y of the integers a and b.
template <int Bytes, class S, class Draw>
EIGENTRAIN_INLINE void draw_group(S* target, std::uint64_t seed, std::uint64_t stream,
                                  std::uint64_t counter, const Draw& draw) {
  constexpr int N = Bytes / static_cast<int>(sizeof(S));
  for (int i = 0; i < philox_group_counters; i += N) {
    const std::uint64_t first = counter + static_cast<std::uint64_t>(i);
    Packet<S, N> x, y;
    if constexpr (sizeof(S) == 4) {
      const PhiloxWords<N> words = philox_words<N>(seed, stream, first);
      for (int j = 0; j < 4; j += 2) {
        draw(words.word[j], words.word[j + 1], x, y);
        x.store(target + 16 * j + i);
        y.store(target + 16 * (j + 1) + i);
      }
    } else {
      const auto word = philox_wide<N>(seed, stream, first, 1);
      const Words<std::uint64_t, N> low_half(0xffffffffu);
      draw((word.x0 & low_half) | (word.x1 << 32), (word.x2 & low_half) | (word.x3 << 32), x, y);
      x.store(target + i);
      y.store(target + 16 + i);
    }
  }
}

template <class S, class Draw>
void draw_groups(S* target, Index groups, std::uint64_t seed, std::uint64_t stream,
                 std::uint64_t counter, const Draw& draw) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index g = 0; g < groups; ++g) {
      draw_group<Bytes>(target + g * fill_group<S>, seed, stream,
                        counter + static_cast<std::uint64_t>(g * philox_group_counters), draw);
    }
  });
}

/// Fills the elements in storage order. A block of a matrix gets the values that a matrix of its
/// shape would get; the generator moves on by whole groups.
template <class S, class Draw>
void fill(const Memory<S>& memory, Generator& random, const Draw& draw) {
  const Index size = memory.size();
  constexpr Index group = fill_group<S>;
  const auto counters = [](Index groups) {
    return static_cast<std::uint64_t>(groups * philox_group_counters);
  };
  std::uint64_t counter = random.take_counters(counters((size + group - 1) / group));
  Index done = 0;
  if (memory.outer == 1) {
    draw_groups(memory.data, size / group, random.seed(), random.stream(), counter, draw);
    counter += counters(size / group);
    done = size / group * group;
  }
  // Runs shorter than a group, and the rest of the last one, go through a buffer.
  constexpr Index groups = 8;
  S buffer[groups * group];
  while (done < size) {
    const Index count = size - done < groups * group ? size - done : groups * group;
    draw_groups(buffer, (count + group - 1) / group, random.seed(), random.stream(), counter, draw);
    counter += counters(groups);
    for (Index i = 0; i < count;) {
      const Index run = (done + i) / memory.inner;
      const Index offset = (done + i) % memory.inner;
      const Index length = memory.inner - offset < count - i ? memory.inner - offset : count - i;
      std::memcpy(memory.data + run * memory.stride + offset, buffer + i,
                  static_cast<std::size_t>(length) * sizeof(S));
      i += length;
    }
    done += count;
  }
}

}  // namespace eigentrain::detail
