// SPDX-License-Identifier: MIT
// Sums over a run, the same bits for any register width and any division into runs.
#pragma once

#include "eigentrain/core/convert.hpp"
#include "eigentrain/core/fold.hpp"
#include "eigentrain/core/run.hpp"
#include "eigentrain/core/tail.hpp"

namespace eigentrain::detail {

/// A term that takes much longer than to load what it is of. Its kernel has it once instead of once
/// for each register of the lanes: those of log and exp would be 38 kB.
template <class F>
concept LongTerm = requires { requires F::is_long; };

/// Folds n elements into the lanes, a set of them for each value of the term; `first` is the number
/// of the first element. The rules see copies of the state.
template <class Fold, class S, std::size_t Slots, class F, class... Rules>
void reduce_run(double* lanes, Index first, const S* parameter, const S* gradient,
                const std::array<S*, Slots>& streams, Index n, const F& term,
                const Rules&... rules) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    // Without rules, widening is most of the work: to 64 bytes it takes longer than twice to 32.
    constexpr bool widens = sizeof(S) < sizeof(double), fused = widens && Bytes == 64;
    constexpr bool half = widens && Bytes == 64 && sizeof...(Rules) == 0;
    constexpr int width = (half ? Bytes / 2 : Bytes) / static_cast<int>(sizeof(double));
    // Rules run on whole registers, which widen to two.
    constexpr int ways = widens && sizeof...(Rules) > 0 ? 2 : 1, group = ways * width;
    using P = Packet<S, group>;
    using D = Packet<double, width>;
    using Value = decltype(term(D(), D()));
    using Lanes = decltype(lanes_for(term(D(), D())));
    // `group` elements from i on, folded into `ways` sums.
    const auto fold = [&](Lanes* sums, const S* p_at, const S* g_at, const auto& state_at,
                          Index i) EIGENTRAIN_INLINE_LAMBDA {
      S updated[group];
      const S* u_at = g_at + i;
      if constexpr (sizeof...(Rules) > 0) {
        P state[Slots + 1];
        for (std::size_t k = 0; k != Slots; ++k) {
          state[k] = P::load(state_at[k] + i);
        }
        apply(P::load(g_at + i), P::load(p_at + i), state, rules...).store(updated);
        u_at = updated;
      }
      const auto fold_part = [&](int part) EIGENTRAIN_INLINE_LAMBDA {
        const D u = load_converted<double, width>(u_at + part * width);
        const D p = load_converted<double, width>(p_at + i + part * width);
        Value result;
        EIGENTRAIN_INLINE_CALLS result = term(u, p);
        fold_into<Fold, fused>(sums[part], result);
      };
      fold_part(0);
      if constexpr (ways == 2) fold_part(1);
    };
    // A full set of lanes from i on, `ways` registers at a time.
    const auto lane_by_lane = [&](const S* p_at, const S* g_at, const auto& state_at, Index i,
                                  const auto& store) EIGENTRAIN_INLINE_LAMBDA {
      for (int lane = 0; lane < reduction_lanes; lane += group) {
        Lanes sums[ways];
        for (int k = 0; k < ways; ++k) load_lanes(sums[k], lanes + lane + k * width);
        fold(sums, p_at, g_at, state_at, i + lane);
        for (int k = 0; k < ways; ++k) store(sums[k], lane + k * width);
      }
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
      lane_by_lane(buffer, buffer + reduction_lanes, state_at, 0,
                   [&](const Lanes& sums, int lane) EIGENTRAIN_INLINE_LAMBDA {
                     store_some(D::load(inside + lane), sums, lanes + lane);
                   });
    };
    Index at = 0;
    const int head = static_cast<int>(first % reduction_lanes);
    if (head != 0 || n < reduction_lanes) {
      const int to = static_cast<int>(std::min<Index>(reduction_lanes, head + n));
      partial(0, head, to);
      at = to - head;
    }
    if constexpr (LongTerm<F>) {
      for (; at + reduction_lanes <= n; at += reduction_lanes) {
        lane_by_lane(parameter, gradient, streams, at,
                     [&](const Lanes& sums, int lane)
                         EIGENTRAIN_INLINE_LAMBDA { store_lanes(sums, lanes + lane); });
      }
    } else {
      [&]<int... K>(std::integer_sequence<int, K...>) EIGENTRAIN_INLINE_LAMBDA {
        // Spelled out, since compilers keep an array in registers only where they unroll the loop.
        Lanes sums[reduction_lanes / width];
        ((load_lanes(sums[K * ways], lanes + K * group),
          load_lanes(sums[K * ways + ways - 1], lanes + K * group + (ways - 1) * width)),
         ...);
        for (; at + reduction_lanes <= n; at += reduction_lanes) {
          (fold(sums + K * ways, parameter, gradient, streams, at + K * group), ...);
        }
        ((store_lanes(sums[K * ways], lanes + K * group),
          store_lanes(sums[K * ways + ways - 1], lanes + K * group + (ways - 1) * width)),
         ...);
      }(std::make_integer_sequence<int, reduction_lanes / group>());
    }
    if (at < n) partial(at, 0, static_cast<int>(n - at));
  });
}

}  // namespace eigentrain::detail
