// SPDX-License-Identifier: MIT
// What normalization does to every value of a set.
#pragma once

#include <array>
#include <cstring>

#include "eigentrain/layers/normalized.hpp"

namespace eigentrain::detail {

// Calls body<N, Past, R...>(first, last, i) for runs first … last − 1 and registers of N values,
// number R from i + R·N on, until all are seen. Registers of the full width begin where those of
// the target's cache lines do, if the runs are long enough: a store of 64 bytes into two lines
// takes twice as long. From there on they are aligned, and go past the caches if that is wanted.
template <bool Across, bool MayPass, int Width, class S, class Body>
EIGENTRAIN_INLINE void for_runs(const SetShape& shape, const SetMemory<S>& target, bool past,
                                const Body& body) {
  if constexpr (Across) {
    const Index head = across_head(shape, target), together = runs_together(target);
    // Backwards, since the last runs are those that were just read.
    for (Index first = (shape.runs - 1) / together * together; first >= 0; first -= together) {
      const Index rest = shape.runs - first;
      for_strips<Width>(shape.count, head, first, first + (rest < together ? rest : together),
                        body);
    }
  } else {
    for (Index o = 0; o < shape.runs; ++o) {
      const Index head =
          shape.length >= shortest_lined ? line_head(target.data + o * target.run) : 0;
      Index i = 0;
      for (const Index end : {head, shape.length}) {  // as in for_strips
        if constexpr (MayPass) {
          for (; past && i >= head && end - i >= Width; i += Width) {
            body.template operator()<Width, true, 0>(o, o + 1, i);
          }
        }
        for_lanes<Width, false, 0>(i, end, body, o, o + 1);
        i = end;
      }
    }
  }
}

/// Whether sets of a kernel are ever `large`: those across and those with weights a place aren't.
template <bool Across, Weight Which>
inline constexpr bool may_be_large = !Across && Which != Weight::place;

// Whether whole registers may be stored past the caches, into large memory that isn't the source:
// that spares reading the lines that are overwritten.
template <class S>
EIGENTRAIN_INLINE bool may_pass_cache(const SetShape& shape, const SetMemory<S>& target,
                                      const void* source) {
  return shape.large && target.data != source && shape.length >= shortest_lined &&
         reinterpret_cast<std::uintptr_t>(target.data) % sizeof(S) == 0;
}

// Whether the values of both lie in the same places of cache lines.
template <class S>
EIGENTRAIN_INLINE bool lie_alike(const SetMemory<S>& a, const SetMemory<S>& b) {
  const auto distance =
      reinterpret_cast<std::uintptr_t>(a.data) - reinterpret_cast<std::uintptr_t>(b.data);
  const auto steps = static_cast<std::uintptr_t>((a.set - b.set) | (a.run - b.run));
  return (distance | steps * sizeof(S)) % 64 == 0;
}

// `Past` the caches, to where a register is aligned.
template <bool Past, class S, int N>
EIGENTRAIN_INLINE void put(const Packet<S, N>& value, S* target) {
#if EIGENTRAIN_WIDE_ASM
  if constexpr (Past && sizeof(value.lanes) > 16) {
    asm volatile("vmovntps %1, %0" : "=m"(*reinterpret_cast<S(*)[N]>(target)) : "v"(value.lanes));
    return;
  }
#endif
  value.store(target);
}

// Before another thread may read what was stored past the caches.
EIGENTRAIN_INLINE void end_puts([[maybe_unused]] bool past) {
#if EIGENTRAIN_WIDE_ASM
  if (past) asm volatile("sfence" : : : "memory");
#endif
}

template <bool Across, Weight Which, class S>
void normalize_along(const SetShape& shape, const SetMemory<const S>& x, const SetMemory<S>& y,
                     const SetMemory<S>& normalized, const Normalization<const S>& by,
                     const S* gamma, const S* beta) {
  constexpr bool may_pass = may_be_large<Across, Which>;
  const bool past = may_pass && may_pass_cache(shape, y, x.data) && lie_alike(y, normalized);
  const bool keep = normalized.data != y.data;
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index k = 0; k < (Across ? 1 : shape.count); ++k) {
      const S* const from = x.data + k * x.set;
      S* const to = y.data + k * y.set;
      S* const kept = normalized.data + k * normalized.set;
      const Index from_run = x.run, to_run = y.run, kept_run = normalized.run;
      const Along<Across, S> means(by.mean + k), rests(by.mean_rest + k), scales(by.scale + k);
      const auto gammas = weights_of<Across, Which>(gamma, k, 0);
      const auto betas = weights_of<Across, Which>(beta, k, 0);
      constexpr int width = Bytes / static_cast<int>(sizeof(S));
      for_runs<Across, may_pass, width>(
          shape, y.from(k), past,
          [=]<int N, bool Past, int... R>(Index first, Index last, Index i)
              EIGENTRAIN_INLINE_LAMBDA {
                using P = Packet<S, N>;
                const P mean[] = {means.template at<N>(i + R * N)...};
                const P rest[] = {rests.template at<N>(i + R * N)...};
                const P scale[] = {scales.template at<N>(i + R * N)...};
                P factor[] = {gammas.template at<N>(i + R * N)...};
                P shift[] = {betas.template at<N>(i + R * N)...};
                const auto one = [&](Index o, Index at, const P& m, const P& r, const P& s, P& f,
                                     P& b) EIGENTRAIN_INLINE_LAMBDA {
                  const P value = normalized_lanes(P::load(from + o * from_run + at), m, r, s);
                  if (keep) put<Past>(value, kept + o * kept_run + at);
                  put<Past>(f * value + b, to + o * to_run + at);
                };
                for (Index o = first; o < (Across ? last : first + 1); ++o) {
                  if constexpr (Across && Which == Weight::place) {
                    ((factor[R] = P(gamma[o])), ...);
                    ((shift[R] = P(beta[o])), ...);
                  }
                  (one(o, i + R * N, mean[R], rest[R], scale[R], factor[R], shift[R]), ...);
                }
              });
    }
    end_puts(past);
  });
}

// Calls body(part, offset, rows) for all values of sets across, where the rows of what is known of
// the sets come first. Runs without a gap between them are one piece of memory: the values before
// its first whole cache line go by themselves, and from there on runs of as many values are walked,
// each of which begins with a line and ends with the first sets of the next run. So all registers
// are whole lines, without a seam at every run.
template <std::size_t Rows, class S, class Body>
void for_lined(const SetShape& shape, const SetMemory<S>& target, bool gapless,
               const std::array<const S*, Rows>& rows, const Body& body) {
  const Index head = gapless && shape.runs > 1 ? across_head(shape, target) : 0;
  if (head == 0) return body(shape, Index(0), rows);
  alignas(64) S turned[Rows][set_block];
  std::array<const S*, Rows> behind = rows, lined;
  for (std::size_t r = 0; r < Rows; ++r) {
    const auto bytes = [](Index sets) { return static_cast<std::size_t>(sets) * sizeof(S); };
    std::memcpy(turned[r], rows[r] + head, bytes(shape.count - head));
    std::memcpy(turned[r] + shape.count - head, rows[r], bytes(head));
    lined[r] = turned[r];
    behind[r] += head;
  }
  SetShape part = shape;
  part.count = head, part.runs = 1;
  body(part, Index(0), rows);
  part.count = shape.count, part.runs = shape.runs - 1;
  body(part, head, lined);
  part.count = shape.count - head, part.runs = 1;
  body(part, (shape.runs - 1) * shape.count + head, behind);
}

/// y = γ·x̂ + β. If x̂ is to be kept, it goes to `normalized` too, which is y itself if not.
template <Weight Which, class S, Walk W = Walk::either>
void set_normalize(const SetShape& shape, const SetMemory<const S>& x, const SetMemory<S>& y,
                   const SetMemory<S>& normalized, const Normalization<const S>& by, const S* gamma,
                   const S* beta) {
  walk<W>(shape, [&](auto across) {
    if constexpr (across) {
      const bool gapless = Which == Weight::set && x.run == shape.count && y.run == shape.count &&
                           normalized.run == shape.count;
      const auto rows = std::array<const S*, 5>{by.mean, by.mean_rest, by.scale, gamma, beta};
      for_lined(shape, y, gapless, rows, [&](const SetShape& part, Index at, const auto& known) {
        normalize_along<true, Which, S>(part, x.from(at), y.from(at), normalized.from(at),
                                        {known[0], known[1], known[2]}, known[3], known[4]);
      });
    } else {
      normalize_along<false, Which, S>(shape, x, y, normalized, by, gamma, beta);
    }
  });
}

}  // namespace eigentrain::detail
