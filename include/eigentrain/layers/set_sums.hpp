// SPDX-License-Identifier: MIT
// The sums over sets that normalization needs: moments, and those of its gradient.
#pragma once

#include "eigentrain/layers/sets.hpp"

namespace eigentrain::detail {

template <bool Across, bool Centered, class S>
void moments_along(const SetShape& shape, const SetMemory<const S>& x, double* means,
                   double* squares) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    const double count = shape.size();
    // One after the other, or all at a time.
    for (Index k = 0; k < (Across ? 1 : shape.count); ++k) {
      const S* const data = x.data + k * x.set;
      double *const mean = means + k, *const square = squares + k;
      constexpr int lanes = Across ? Bytes / static_cast<int>(sizeof(double)) : 1;
      const Index sets = Across ? shape.count : 1;
      if constexpr (Centered) {
        // The distance from the first value: a constant set's mean is then exact. For floats, the
        // squared distances are added in the same pass; the first value has a share in the
        // variance, so that what cancels is n times the variance at most, far from double's bits.
        constexpr bool one_pass = sizeof(S) < sizeof(double);
        const Along<Across, S> origins(data);
        add_up<Across, one_pass, Bytes>(
            shape, mean, one_pass ? square : mean,
            [=]<int N>(Index o, Index i, Packet<double, N>& sum, Packet<double, N>& product)
                EIGENTRAIN_INLINE_LAMBDA {
                  const auto value = convert<double>(Packet<S, N>::load(data + o * x.run + i));
                  const auto distance = value - convert<double>(origins.template at<N>(i));
                  sum += distance;
                  if constexpr (one_pass) product += distance * distance;
                });
        for_lanes<lanes>(0, sets, [=]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
          using P = Packet<double, N>;
          const auto sum = P::load(mean + i), distance = sum / count;
          if constexpr (one_pass) {
            max(P::load(square + i) - sum * distance, P(0.0)).store(square + i);
          }
          (convert<double>(Packet<S, N>::load(data + i)) + distance).store(mean + i);
        });
        if constexpr (one_pass) continue;
      }
      const Along<Across, double> centers(mean);
      add_up<Across, false, Bytes>(
          shape, square, square,
          [=]<int N>(Index o, Index i, Packet<double, N>& sum, Packet<double, N>&)
              EIGENTRAIN_INLINE_LAMBDA {
                auto value = convert<double>(Packet<S, N>::load(data + o * x.run + i));
                if constexpr (Centered) value -= centers.template at<N>(i);
                sum += value * value;
              });
    }
  });
}

/// Mean and sum of squared deviations of every set; or, not Centered, the sum of squares alone.
template <bool Centered, class S>
void set_moments(const SetShape& shape, const SetMemory<const S>& x, double* means,
                 double* squares) {
  if (shape.across) {
    moments_along<true, Centered, S>(shape, x, means, squares);
  } else {
    moments_along<false, Centered, S>(shape, x, means, squares);
  }
}

template <bool Across, Weight Which, class S>
void gradient_sums_along(const SetShape& shape, const SetMemory<const S>& gradient,
                         const SetMemory<const S>& normalized, const S* weights, double* sums,
                         double* products) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index k = 0; k < (Across ? 1 : shape.count); ++k) {
      const S* const dy = gradient.data + k * gradient.set;
      const S* const kept = normalized.data + k * normalized.set;
      const Index dy_run = gradient.run, kept_run = normalized.run;
      add_up<Across, true, Bytes>(
          shape, sums + k, products + k,
          [=]<int N>(Index o, Index i, Packet<double, N>& sum, Packet<double, N>& product)
              EIGENTRAIN_INLINE_LAMBDA {
                auto g = convert<double>(Packet<S, N>::load(dy + o * dy_run + i));
                if constexpr (Which != Weight::none) {
                  const auto weight = weights_of<Across, Which>(weights, k, o);
                  g *= convert<double>(weight.template at<N>(i));
                }
                sum += g;
                product += g * convert<double>(Packet<S, N>::load(kept + o * kept_run + i));
              });
    }
  });
}

/// Σ w·∂L/∂y and Σ w·∂L/∂y·x̂ of every set.
template <Weight Which, class S>
void set_gradient_sums(const SetShape& shape, const SetMemory<const S>& gradient,
                       const SetMemory<const S>& normalized, const S* weights, double* sums,
                       double* products) {
  if (shape.across) {
    gradient_sums_along<true, Which, S>(shape, gradient, normalized, weights, sums, products);
  } else {
    gradient_sums_along<false, Which, S>(shape, gradient, normalized, weights, sums, products);
  }
}

}  // namespace eigentrain::detail
