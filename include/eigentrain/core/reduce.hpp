// SPDX-License-Identifier: MIT
// Sums over a run, the same bits for any register width and any division into runs.
#pragma once

#include "eigentrain/core/convert.hpp"
#include "eigentrain/core/fold.hpp"
#include "eigentrain/core/run.hpp"
#include "eigentrain/core/tail.hpp"

namespace eigentrain::detail {

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
    using P = Packet<S, width>;
    using D = Packet<double, width>;
    using Value = decltype(term(D(), D()));
    using Lanes = decltype(lanes_for(term(D(), D())));
    const auto value = [&](const S* p_at, const S* g_at, const auto& state_at,
                           Index i) EIGENTRAIN_INLINE_LAMBDA {
      D u;
      if constexpr (sizeof...(Rules) == 0) {
        u = load_converted<double, width>(g_at + i);
      } else {
        P state[Slots + 1];
        for (std::size_t k = 0; k != Slots; ++k) {
          state[k] = P::load(state_at[k] + i);
        }
        u = convert<double>(apply(P::load(g_at + i), P::load(p_at + i), state, rules...));
      }
      Value result;
#if defined(__clang__) && __clang_major__ >= 19
      [[clang::always_inline]]
#endif
      result = term(u, load_converted<double, width>(p_at + i));
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
        Lanes sum;
        load_lanes(sum, lanes + lane);
        fold_into<Fold, fused>(sum, value(buffer, buffer + reduction_lanes, state_at, lane));
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
      Lanes sums[sizeof...(K)];
      (load_lanes(sums[K], lanes + K * width), ...);
      for (; at + reduction_lanes <= n; at += reduction_lanes) {
        (fold_into<Fold, fused>(sums[K], value(parameter, gradient, streams, at + K * width)), ...);
      }
      (store_lanes(sums[K], lanes + K * width), ...);
    }(std::make_integer_sequence<int, reduction_lanes / width>());
    if (at < n) partial(at, 0, static_cast<int>(n - at));
  });
}

}  // namespace eigentrain::detail
