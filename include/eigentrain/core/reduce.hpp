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

// What a term makes of a register: one value, or two that are folded side by side in the same pass,
// the second into lanes of its own behind the first's.
template <class D>
struct Both {
  D first, second;
};

template <class D>
EIGENTRAIN_INLINE void load_lanes(D& to, const double* from) {
  to = D::load(from);
}
template <class D>
EIGENTRAIN_INLINE void load_lanes(Both<D>& to, const double* from) {
  to = {D::load(from), D::load(from + reduction_lanes)};
}
template <class Fold, class D>
EIGENTRAIN_INLINE void fold_into(D& sum, const D& value) {
  sum = Fold::fold(sum, value);
}
template <class Fold, class D>
EIGENTRAIN_INLINE void fold_into(Both<D>& sum, const Both<D>& value) {
  sum = {Fold::fold(sum.first, value.first), Fold::fold(sum.second, value.second)};
}
template <class D>
EIGENTRAIN_INLINE void store_lanes(const D& sum, double* to) {
  sum.store(to);
}
template <class D>
EIGENTRAIN_INLINE void store_lanes(const Both<D>& sum, double* to) {
  sum.first.store(to);
  sum.second.store(to + reduction_lanes);
}
/// The same, in the lanes where `inside` isn't 0.
template <class D>
EIGENTRAIN_INLINE void store_some(const D& inside, const D& sum, double* to) {
  select(inside > D(0.0), sum, D::load(to)).store(to);
}
template <class D>
EIGENTRAIN_INLINE void store_some(const D& inside, const Both<D>& sum, double* to) {
  store_some(inside, sum.first, to);
  store_some(inside, sum.second, to + reduction_lanes);
}

/// Folds n elements into the lanes, a set of them for each value of the term; `first` is the number
/// of the first element. The rules see copies of the state.
template <class Fold, class S, std::size_t Slots, class F, class... Rules>
void reduce_run(double* lanes, Index first, const S* parameter, const S* gradient,
                const std::array<S*, Slots>& streams, Index n, const F& term,
                const Rules&... rules) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int width = Bytes / static_cast<int>(sizeof(double));
    using P = Packet<S, width>;
    using D = Packet<double, width>;
    using Value = decltype(term(D(), D()));
    const auto value = [&](const S* p_at, const S* g_at, const auto& state_at, Index i)
                           EIGENTRAIN_INLINE_LAMBDA {
                             const P p = P::load(p_at + i);
                             P state[Slots + 1];
                             for (std::size_t k = 0; k != Slots; ++k) {
                               state[k] = P::load(state_at[k] + i);
                             }
                             const P u = apply(P::load(g_at + i), p, state, rules...);
                             Value result;
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
        Value sum;
        load_lanes(sum, lanes + lane);
        fold_into<Fold>(sum, value(buffer, buffer + reduction_lanes, state_at, lane));
        store_some(D::load(inside + lane), sum, lanes + lane);
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
      Value sums[sizeof...(K)];
      (load_lanes(sums[K], lanes + K * width), ...);
      for (; at + reduction_lanes <= n; at += reduction_lanes) {
        (fold_into<Fold>(sums[K], value(parameter, gradient, streams, at + K * width)), ...);
      }
      (store_lanes(sums[K], lanes + K * width), ...);
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
