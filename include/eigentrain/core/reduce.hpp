// SPDX-License-Identifier: MIT
// Sums over all elements, the same bits for any register width, thread count and division into
// tensors.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "eigentrain/core/list.hpp"
#include "eigentrain/core/update.hpp"

namespace eigentrain {

namespace detail {

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

}  // namespace detail

/// All elements of a step as they arrive at a transform: the gradients after the rules that stand
/// before it. Reading them changes nothing.
template <class S, class... Rules>
class UpdateStream {
 public:
  using Scalar = S;

  UpdateStream(Elements<S>& elements, S* const* streams, const Rules&... rules)
      : elements_(elements), streams_(streams), rules_{{rules}...} {}

  /// Σ term(u, p) over all elements, formed in double: term is a generic lambda over packets of
  /// double, as in `stream.sum([](const auto& u, const auto&) { return u * u; })`.
  template <class F>
  double sum(const F& term) const {
    return reduce<detail::Sum>(term);
  }

  /// The largest term(u, p), NaN if one is NaN, −∞ if there are no elements.
  template <class F>
  double max(const F& term) const {
    return reduce<detail::Max>(term);
  }

  /// The name of the first tensor whose own Σ term(u, p) is infinite or NaN; empty if none is.
  template <class F>
  std::string_view first_without_finite_sum(const F& term) const {
    for (const Tensor<S>& tensor : elements_.tensors) {
      const Index end = tensor.first + tensor.parameter.size();
      if (!std::isfinite(reduce_range<detail::Sum>(tensor.first, end, term))) return tensor.name;
    }
    return {};
  }

 private:
  template <class Fold, class F>
  double reduce_range(Index begin, Index end, const F& term) const {
    alignas(64) double lanes[detail::reduction_lanes];
    std::fill_n(lanes, detail::reduction_lanes, Fold::start);
    detail::with_items(rules_, [&](const auto&... rules) {
      const auto add = [&](const Tensor<S>& tensor, const detail::Run<S>& run) {
        detail::reduce_run<Fold>(lanes, run.first, run.parameter, run.gradient,
                                 detail::state_pointers<S, Rules...>(streams_, run.state), run.size,
                                 term, detail::rule_for(rules, *tensor.options)...);
      };
      detail::for_each_run(elements_.tensors, begin, end, add);
    });
    return detail::fold_lanes<Fold>(lanes);
  }

  template <class Fold, class F>
  double reduce(const F& term) const {
    double* const chunks = elements_.partial_sums.data();
    parallel_ranges(elements_.total, reduction_chunk, [&](Index begin, Index end) {
      for (Index at = begin; at < end; at += reduction_chunk) {
        chunks[at / reduction_chunk] =
            reduce_range<Fold>(at, std::min(end, at + reduction_chunk), term);
      }
    });
    double result = Fold::start;
    for (Index at = 0; at < elements_.total; at += reduction_chunk) {
      result = Fold::template fold<1>(result, chunks[at / reduction_chunk])[0];
    }
    return result;
  }

  Elements<S>& elements_;
  S* const* streams_;
  detail::List<const Rules&...> rules_;
};

}  // namespace eigentrain
