// SPDX-License-Identifier: MIT
// How random numbers get into memory: which words an element takes, and the loop over registers.
#pragma once

#include "eigentrain/core/generator.hpp"
#include "eigentrain/core/random_source.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain::detail {

/// Elements that take the words of one group of counters: 64 floats (a word each) or 32 doubles
/// (two words each).
template <class S>
inline constexpr Index fill_group = philox_group_words * 4 / static_cast<Index>(sizeof(S));

/// The random integers of a group: element 16j + i takes word j of counter i (float), or words 2j
/// and 2j + 1 (double).
template <int Bytes, class S, class Keys>
EIGENTRAIN_INLINE void group_integers(UnsignedOf<S>* integers, const Keys& keys,
                                      std::uint64_t stream, std::uint64_t counter) {
  constexpr int N = Bytes / static_cast<int>(sizeof(S));
  if constexpr (sizeof(S) == 4) {
    for (int i = 0; i < philox_group_counters; i += N) {
      const auto first = counter + static_cast<std::uint64_t>(i);
      const PhiloxWords<N> words = philox_words_by<N>(keys, stream, first);
      for (int j = 0; j < 4; ++j) words.word[j].store(integers + 16 * j + i);
    }
  } else {
    const auto store = [=](const PhiloxState<N>& word, int i) EIGENTRAIN_INLINE_LAMBDA {
      const Words<std::uint64_t, N> low_half(0xffffffffu);
      ((word.x0 & low_half) | (word.x1 << 32)).store(integers + i);
      ((word.x2 & low_half) | (word.x3 << 32)).store(integers + 16 + i);
    };
    for (int i = 0; i < philox_group_counters; i += 2 * N) {
      const auto first = counter + static_cast<std::uint64_t>(i);
      auto a = philox_state<N, 1>(stream, first);
      auto b = philox_state<N, 1>(stream, first + N);
      philox_rounds(keys, a, b);
      store(a, i);
      store(b, i + N);
    }
  }
}

/// Makes numbers of the integers of whole groups: draw(a, b, x, y) makes the packets x and y of the
/// integers a and b, which are those of elements 16 apart.
template <int Bytes, class S, class Draw>
EIGENTRAIN_INLINE void draw_integers(const UnsignedOf<S>* integers, S* target, Index size,
                                     const Draw& draw) {
  constexpr int N = Bytes / static_cast<int>(sizeof(S));
  using W = Words<UnsignedOf<S>, N>;
  for (Index begin = 0; begin < size; begin += 32) {
    for (Index i = begin; i < begin + 16; i += N) {
      Packet<S, N> x, y;
      draw(W::load(integers + i), W::load(integers + i + 16), x, y);
      x.store(target + i);
      y.store(target + i + 16);
    }
  }
}

/// Integers are made in a buffer, and numbers of them in a second loop: each loop keeps its own
/// constants in registers, and the processor works on several of its steps at a time, since none
/// is long. In one loop the two took a third more time.
template <class S, class Draw>
void draw_groups(S* target, Index groups, std::uint64_t seed, std::uint64_t stream,
                 std::uint64_t counter, const Draw& draw) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr Index group = fill_group<S>, most = 8;
    alignas(64) UnsignedOf<S> integers[most * group];
    const StoredPhiloxKeys<Bytes / 8> keys(philox_keys(seed));
    for (Index done = 0; done < groups; done += most) {
      const Index count = groups - done < most ? groups - done : most;
      for (Index g = 0; g < count; ++g) {
        const auto first = static_cast<std::uint64_t>((done + g) * philox_group_counters);
        group_integers<Bytes, S>(integers + g * group, keys, stream, counter + first);
      }
      draw_integers<Bytes>(integers, target + done * group, count * group, draw);
    }
  });
}

/// Draws whole groups from integers that are at hand.
template <class S, class Draw>
void draw_groups_from(const UnsignedOf<S>* integers, S* target, Index groups, const Draw& draw) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    draw_integers<Bytes>(integers, target, groups * fill_group<S>, draw);
  });
}

/// Hands out the elements in storage order, group by group: draw_groups(target, first, groups)
/// writes the groups first, first + 1, …. Runs shorter than a group, and the rest of the last one,
/// go through a buffer.
template <class S, class DrawGroups>
void fill_groups(const Memory<S>& memory, const DrawGroups& draw_groups) {
  const Index size = memory.size();
  constexpr Index group = fill_group<S>;
  Index done = 0;
  if (memory.outer == 1 && size >= group) {
    draw_groups(memory.data, Index{0}, size / group);
    done = size / group * group;
  }
  constexpr Index groups = 8;
  S buffer[groups * group];
  while (done < size) {
    const Index count = size - done < groups * group ? size - done : groups * group;
    draw_groups(buffer, done / group, (count + group - 1) / group);
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

/// Fills the elements in storage order. A block of a matrix gets the values that a matrix of its
/// shape would get; the generator moves on by whole groups.
template <class S, class Draw>
void fill(const Memory<S>& memory, Generator& random, const Draw& draw) {
  const auto counters = [](Index groups) {
    return static_cast<std::uint64_t>(groups * philox_group_counters);
  };
  const Index size = memory.size();
  const std::uint64_t counter =
      random.take_counters(counters((size + fill_group<S> - 1) / fill_group<S>));
  fill_groups(memory, [&](S* target, Index first, Index groups) {
    draw_groups(target, groups, random.seed(), random.stream(), counter + counters(first), draw);
  });
}

/// The same from any source: 64 of its words (next_word) for every begun group, whose element e
/// takes word e (float), or 2e as the lower half and 2e + 1 as the upper one (double).
template <class S, RandomSource Random, class Draw>
void fill(const Memory<S>& memory, Random& random, const Draw& draw) {
  fill_groups(memory, [&](S* target, Index, Index groups) {
    constexpr Index most = 4;
    UnsignedOf<S> integers[most * fill_group<S>];
    for (Index g = 0; g < groups; g += most) {
      const Index count = groups - g < most ? groups - g : most;
      for (Index e = 0; e < count * fill_group<S>; ++e) {
        integers[e] = next_word(random);
        if constexpr (sizeof(S) == 8) integers[e] |= std::uint64_t{next_word(random)} << 32;
      }
      draw_groups_from(integers, target + g * fill_group<S>, count, draw);
    }
  });
}

}  // namespace eigentrain::detail
