// SPDX-License-Identifier: MIT
// What normalization does to every value of a set, forward and backward.
#pragma once

#include <cstdint>

#include "eigentrain/layers/sets.hpp"

namespace eigentrain::detail {

/// How the values of a set are normalized: x̂ = ((x − mean) − mean_rest)·scale. A float has too few
/// bits for the mean of values that are far from 0, so the rest of it is a second float.
template <class S>
struct Normalization {
  S* mean;
  S* mean_rest;
  S* scale;
};

// Runs shorter than this are not worth a head of their own, before the first whole cache line.
inline constexpr Index shortest_lined = 64;

template <class S>
EIGENTRAIN_INLINE Index line_head(const S* target) {
  const auto place = reinterpret_cast<std::uintptr_t>(target) / sizeof(S);
  return static_cast<Index>((0 - place) % (64 / sizeof(S)));
}

// Calls body<Runs, N>(o, i) for Runs runs from o on and N values from i on, until all are seen.
// Across sets, several runs at a time share what is known of the sets. Registers of the full width
// begin where those of the target's cache lines do, if the runs are long enough: a store of 64
// bytes into two lines takes twice as long.
template <bool Across, int Width, class S, class Body>
EIGENTRAIN_INLINE void for_runs(const SetShape& shape, const SetMemory<S>& target,
                                const Body& body) {
  const Index length = Across ? shape.count : shape.length;
  const bool lined =
      length >= shortest_lined && (!Across || target.run * static_cast<Index>(sizeof(S)) % 64 == 0);
  const auto walk = [&]<int Runs>(Index o) EIGENTRAIN_INLINE_LAMBDA {
    const Index head = lined ? line_head(target.data + o * target.run) : 0;
    const auto at = [&]<int N>(Index i)
                        EIGENTRAIN_INLINE_LAMBDA { body.template operator()<Runs, N>(o, i); };
    for_lanes<(Width > 1 ? Width / 2 : 1)>(0, head, at);
    for_lanes<Width>(head, length, at);
  };
  Index o = 0;
  if constexpr (Across) {
    for (; o + 4 <= shape.runs; o += 4) walk.template operator()<4>(o);
  }
  for (; o < shape.runs; ++o) walk.template operator()<1>(o);
}

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

// `Past` for registers of the full width alone, which are aligned.
template <bool Past, class S, int N>
EIGENTRAIN_INLINE void put(const Packet<S, N>& value, S* target) {
#if EIGENTRAIN_WIDE_ASM
  if constexpr (Past && sizeof(value.lanes) > 16) {
    asm volatile("vmovntps %1, (%0)" : : "r"(target), "v"(value.lanes) : "memory");
    return;
  }
#endif
  value.store(target);
}

// Before another thread may read what was stored past the caches.
template <bool Past>
EIGENTRAIN_INLINE void end_puts() {
#if EIGENTRAIN_WIDE_ASM
  if constexpr (Past) asm volatile("sfence" : : : "memory");
#endif
}

template <bool Across, bool Past, Weight Which, class S>
void normalize_along(const SetShape& shape, const SetMemory<const S>& x, const SetMemory<S>& y,
                     const SetMemory<S>& normalized, const Normalization<S>& by, const S* gamma,
                     const S* beta) {
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
      for_runs<Across, width>(
          shape, y.from(k), [=]<int Runs, int N>(Index first, Index i) EIGENTRAIN_INLINE_LAMBDA {
            constexpr bool past = Past && N == width;
            using P = Packet<S, N>;
            const P mean = means.template at<N>(i), rest = rests.template at<N>(i);
            const P scale = scales.template at<N>(i);
            P factor = gammas.template at<N>(i), shift = betas.template at<N>(i);
            for (Index o = first; o < first + Runs; ++o) {
              P value = P::load(from + o * from_run + i) - mean;
              if constexpr (sizeof(S) < sizeof(double)) value -= rest;
              value *= scale;
              put<past>(value, kept + o * kept_run + i);
              if constexpr (Across && Which == Weight::place) {
                factor = P(gamma[o]);
                shift = P(beta[o]);
              }
              put<past>(factor * value + shift, to + o * to_run + i);
            }
          });
    }
    end_puts<Past>();
  });
}

/// y = γ·x̂ + β. x̂ goes to `normalized` too, which may be y itself.
template <Weight Which, class S>
void set_normalize(const SetShape& shape, const SetMemory<const S>& x, const SetMemory<S>& y,
                   const SetMemory<S>& normalized, const Normalization<S>& by, const S* gamma,
                   const S* beta) {
  if (shape.across) {
    normalize_along<true, false, Which, S>(shape, x, y, normalized, by, gamma, beta);
  } else if (y.data != normalized.data && may_pass_cache(shape, y, x.data) &&
             lie_alike(y, normalized)) {
    normalize_along<false, true, Which, S>(shape, x, y, normalized, by, gamma, beta);
  } else {
    normalize_along<false, false, Which, S>(shape, x, y, normalized, by, gamma, beta);
  }
}

template <bool Across, bool Past, Weight Which, class S>
void input_gradient_along(const SetShape& shape, const SetMemory<const S>& gradient,
                          const SetMemory<S>& result, const SetMemory<const S>& normalized,
                          const S* weights, const Normalization<const S>& by) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index k = 0; k < (Across ? 1 : shape.count); ++k) {
      const S* const dy = gradient.data + k * gradient.set;
      S* const dx = result.data + k * result.set;
      const S* const kept = normalized.data + k * normalized.set;
      const Index dy_run = gradient.run, dx_run = result.run, kept_run = normalized.run;
      const Along<Across, S> means(by.mean + k), products(by.mean_rest + k), scales(by.scale + k);
      const auto factors = weights_of < Across,
                 Which == Weight::none ? Weight::set
                                       : Which > (Which == Weight::none ? by.scale : weights, k, 0);
      constexpr int width = Bytes / static_cast<int>(sizeof(S));
      for_runs<Across, width>(shape, result.from(k),
                              [=]<int Runs, int N>(Index first, Index i) EIGENTRAIN_INLINE_LAMBDA {
                                constexpr bool past = Past && N == width;
                                using P = Packet<S, N>;
                                const P scale = scales.template at<N>(i);
                                const P offset = scale * means.template at<N>(i);
                                const P slope = scale * products.template at<N>(i);
                                P factor = scale;
                                if constexpr (Which == Weight::set)
                                  factor *= factors.template at<N>(i);
                                for (Index o = first; o < first + Runs; ++o) {
                                  P g = P::load(dy + o * dy_run + i);
                                  if constexpr (Which == Weight::place) {
                                    if constexpr (Across) g *= P(weights[o]);
                                    if constexpr (!Across) g *= factors.template at<N>(i);
                                  }
                                  const P across = P::load(kept + o * kept_run + i) * slope;
                                  put<past>(factor * g - offset - across, dx + o * dx_run + i);
                                }
                              });
    }
    end_puts<Past>();
  });
}

/// ∂L/∂x = scale·(w·∂L/∂y − mean − x̂·mean_rest), where the two means are those of w·∂L/∂y and
/// of w·∂L/∂y·x̂.
template <Weight Which, class S>
void set_input_gradient(const SetShape& shape, const SetMemory<const S>& gradient,
                        const SetMemory<S>& result, const SetMemory<const S>& normalized,
                        const S* weights, const Normalization<const S>& by) {
  if (shape.across) {
    input_gradient_along<true, false, Which, S>(shape, gradient, result, normalized, weights, by);
  } else if (may_pass_cache(shape, result, gradient.data)) {
    input_gradient_along<false, true, Which, S>(shape, gradient, result, normalized, weights, by);
  } else {
    input_gradient_along<false, false, Which, S>(shape, gradient, result, normalized, weights, by);
  }
}

}  // namespace eigentrain::detail
