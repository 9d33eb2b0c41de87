// SPDX-License-Identifier: MIT
// Sums over a run, the same bits for any register width and any division into runs.
#pragma once

#include <limits>

#include "eigentrain/core/run.hpp"
#include "eigentrain/core/tail.hpp"

namespace eigentrain::detail {

// Element number i, counted through all tensors, is added to lane i % lanes of its chunk. Lanes,
// then chunks, are folded in a fixed order. 32 lanes of double keep four 512-bit adders busy.
inline constexpr int reduction_lanes = 32;

struct Sum {
  static constexpr double start = 0.0;
  template <int N>
  static EIGENTRAIN_INLINE Packet<double, N> fold(const Packet<double, N>& a,
                                                  const Packet<double, N>& b) {
    return a + b;
  }
};

struct Max {
  static constexpr double start = -std::numeric_limits<double>::infinity();
  template <int N>
  static EIGENTRAIN_INLINE Packet<double, N> fold(const Packet<double, N>& a,
                                                  const Packet<double, N>& b) {
    return max(a, b);
  }
};

/// Folds n elements into the lanes; `first` is the number of the first one. The rules see copies of
/// the state.
template <class Fold, class S, std::size_t Slots, class F, class... Rules>
void reduce_run(double* lanes, Index first, const S* parameter, const S* gradient,
                const std::array<S*, Slots>& streams, Index n, const F& term,
                const Rules&... rules) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int width = Bytes / static_cast<int>(sizeof(double));
    using P = Packet<S, width>;
    using D = Packet<double, width>;
    const auto value = [&](const S* p_at, const S* g_at, const auto& state_at, Index i)
                           EIGENTRAIN_INLINE_LAMBDA {
                             const P p = P::load(p_at + i);
                             P state[Slots + 1];
                             for (std::size_t k = 0; k != Slots; ++k) {
                               state[k] = P::load(state_at[k] + i);
                             }
                             const P u = apply(P::load(g_at + i), p, state, rules...);
                             D result;
#if defined(__clang__) && __clang_major__ >= 19
                             [[clang::always_inline]]
#endif
                             result = term(convert<double>(u), convert<double>(p));
                             return result;
                           };
    // Fewer than a full set of lanes, [from, to): through buffers, the other lanes masked out.
    const auto partial = [&](Index at, int from, int to) EIGENTRAIN_INLINE_LAMBDA {
      S buffer[(Slots + 2) * reduction_lanes];
      double inside[reduction_lanes];
      std::array<const S*, Slots> state_at;
      for (int lane = 0; lane < reduction_lanes; ++lane) {
        const Index source = at + std::min(std::max(lane - from, 0), to - from - 1);
        inside[lane] = from <= lane && lane < to ? 1.0 : 0.0;
        buffer[lane] = parameter[source];
        buffer[reduction_lanes + lane] = gradient[source];
        for (std::size_t k = 0; k != Slots; ++k) {
          buffer[(k + 2) * reduction_lanes + static_cast<std::size_t>(lane)] = streams[k][source];
        }
      }
      for (std::size_t k = 0; k != Slots; ++k) state_at[k] = buffer + (k + 2) * reduction_lanes;
      for (int lane = 0; lane < reduction_lanes; lane += width) {
        const D added = value(buffer, buffer + reduction_lanes, state_at, lane);
        const D old = D::load(lanes + lane);
        select(D::load(inside + lane) > D(0.0), Fold::fold(old, added), old).store(lanes + lane);
      }
    };
    Index at = 0;
    const int head = static_cast<int>(first % reduction_lanes);
    if (head != 0 || n < reduction_lanes) {
      const int to = static_cast<int>(std::min<Index>(reduction_lanes, head + n));
      partial(0, head, to);
      at = to - head;
    }
    [&]<int... K>(std::integer_sequence<int, K...>) EIGENTRAIN_INLINE_LAMBDA {
      // Spelled out, since compilers keep an array in registers only where they unroll the loop.
      D sums[] = {D::load(lanes + K * width)...};
      for (; at + reduction_lanes <= n; at += reduction_lanes) {
        ((sums[K] = Fold::fold(sums[K], value(parameter, gradient, streams, at + K * width))), ...);
      }
      (sums[K].store(lanes + K * width), ...);
    }(std::make_integer_sequence<int, reduction_lanes / width>());
    if (at < n) partial(at, 0, static_cast<int>(n - at));
  });
}

/// Halves the lanes until one is left: a fixed tree.
template <class Fold>
double fold_lanes(double* lanes) {
  for (int half = reduction_lanes / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; ++lane) {
      lanes[lane] = Fold::template fold<1>(lanes[lane], lanes[lane + half])[0];
    }
  }
  return lanes[0];
}

}  // namespace eigentrain::detail
