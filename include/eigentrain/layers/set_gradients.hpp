// SPDX-License-Identifier: MIT
// The gradient of every value of a set.
#pragma once

#include "eigentrain/layers/set_elements.hpp"

namespace eigentrain::detail {

template <bool Across, Weight Which, class S, bool Again>
void input_gradient_along(const SetShape& shape, const SetMemory<const S>& gradient,
                          const SetMemory<S>& result, const NormalizedBatch<S, Again>& batch,
                          const S* weights, const Normalization<const S>& by) {
  constexpr bool may_pass = may_be_large<Across, Which>;
  const bool past = may_pass && may_pass_cache(shape, result, gradient.data);
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index k = 0; k < (Across ? 1 : shape.count); ++k) {
      const S* const dy = gradient.data + k * gradient.set;
      S* const dx = result.data + k * result.set;
      const S* const x = batch.values.data + k * batch.values.set;
      const NormalizedSets<Across, Again, S> sets(batch.from(k).by);
      const Index dy_run = gradient.run, dx_run = result.run, x_run = batch.values.run;
      const Along<Across, S> means(by.mean + k), products(by.mean_rest + k), scales(by.scale + k);
      // Without weights the scale stands for one that belongs to the set; it isn't used.
      constexpr bool weighted = Which != Weight::none;
      constexpr Weight where = weighted ? Which : Weight::set;
      const auto factors = weights_of<Across, where>(weighted ? weights : by.scale, k, 0);
      constexpr int width = Bytes / static_cast<int>(sizeof(S));
      for_runs<Across, may_pass, width>(
          shape, result.from(k), past,
          [=]<int N, bool Past, int... R>(Index first, Index last,
                                          Index i) EIGENTRAIN_INLINE_LAMBDA {
            using P = Packet<S, N>;
            const P scale[] = {scales.template at<N>(i + R * N)...};
            const P offset[] = {scale[R] * means.template at<N>(i + R * N)...};
            const P slope[] = {scale[R] * products.template at<N>(i + R * N)...};
            P factor[] = {scale[R]...};
            if constexpr (Which == Weight::set) {
              ((factor[R] *= factors.template at<N>(i + R * N)), ...);
            }
            const NormalizedLanes<S, N, Again> lanes[] = {sets.template at<N>(i + R * N)...};
            const auto one = [&](Index o, Index at, const P& f, const P& c, const P& s,
                                 const NormalizedLanes<S, N, Again>& l) EIGENTRAIN_INLINE_LAMBDA {
              P g = P::load(dy + o * dy_run + at);
              if constexpr (Which == Weight::place) {
                if constexpr (Across) g *= P(weights[o]);
                if constexpr (!Across) g *= factors.template at<N>(at);
              }
              const P across = l.of(P::load(x + o * x_run + at)) * s;
              put<Past>(f * g - c - across, dx + o * dx_run + at);
            };
            for (Index o = first; o < (Across ? last : first + 1); ++o) {
              (one(o, i + R * N, factor[R], offset[R], slope[R], lanes[R]), ...);
            }
          });
    }
    end_puts(past);
  });
}

/// ∂L/∂x = scale·(w·∂L/∂y − mean − x̂·mean_rest), where the two means are those of w·∂L/∂y and
/// of w·∂L/∂y·x̂.
template <Weight Which, class S, Walk W = Walk::either, bool Again>
void set_input_gradient(const SetShape& shape, const SetMemory<const S>& gradient,
                        const SetMemory<S>& result, const NormalizedBatch<S, Again>& batch,
                        const S* weights, const Normalization<const S>& by) {
  walk<W>(shape, [&](auto across) {
    if constexpr (across) {
      const bool gapless = Which != Weight::place && gradient.run == shape.count &&
                           result.run == shape.count && batch.values.run == shape.count;
      const S* const factors = Which == Weight::none ? by.scale : weights;
      const auto pass = [&](const SetShape& part, Index at, const auto& known) {
        NormalizedBatch<S, Again> values{batch.values.from(at)};
        if constexpr (Again) values.by = {known[4], known[5], known[6]};
        input_gradient_along<true, Which, S>(part, gradient.from(at), result.from(at), values,
                                             known[3], {known[0], known[1], known[2]});
      };
      if constexpr (Again) {
        const std::array<const S*, 7> rows = {by.mean,       by.mean_rest,  by.scale,
                                              factors,       batch.by.mean, batch.by.mean_rest,
                                              batch.by.scale};
        for_lined(shape, result, gapless, rows, pass);
      } else {
        const std::array<const S*, 4> rows = {by.mean, by.mean_rest, by.scale, factors};
        for_lined(shape, result, gapless, rows, pass);
      }
    } else {
      input_gradient_along<false, Which, S>(shape, gradient, result, batch, weights, by);
    }
  });
}

}  // namespace eigentrain::detail
