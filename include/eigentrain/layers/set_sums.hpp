// SPDX-License-Identifier: MIT
// The sums over sets that normalization needs: moments, and those of its gradient.
#pragma once

#include "eigentrain/core/convert.hpp"
#include "eigentrain/layers/lane_sums.hpp"
#include "eigentrain/layers/normalized.hpp"

namespace eigentrain::detail {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// In T: double, or float, after which the mean of a set whose sums that might have spoilt is NaN.
template <bool Across, bool Centered, class T, class S>
void moments_along(const SetShape& shape, const SetMemory<const S>& x, double* means,
                   double* squares) {
  constexpr bool in_float = sizeof(T) < sizeof(double);
  const auto kernel = [=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    const double count = shape.size();
    // One after the other, or all at a time.
    for (Index k = 0; k < (Across ? 1 : shape.count); ++k) {
      const S* const data = x.data + k * x.set;
      double *const mean = means + k, *const square = squares + k;
      constexpr int lanes = Across ? Bytes / static_cast<int>(sizeof(double)) : 1;
      const Index sets = Across ? shape.count : 1;
      // The distance from the first value: a constant set's mean is then exact. For floats, the
      // squared distances are added in the same pass; the first value has a share in the variance,
      // so that what cancels is n times the variance at most, far from double's bits.
      constexpr bool one_pass = sizeof(S) < sizeof(double);
      if constexpr (Centered) {
        const Along<Across, S> origins(data);
        add_up<Across, one_pass, Bytes, T>(
            shape, x, false, mean, one_pass ? square : mean,
            [=]<int N>(Index o, Index i, Packet<T, N>& sum, Packet<T, N>& product)
                EIGENTRAIN_INLINE_LAMBDA {
                  const auto value = convert<T>(Packet<S, N>::load(data + o * x.run + i));
                  const auto distance = minus(value, convert<T>(origins.template at<N>(i)));
                  sum += distance;
                  if constexpr (one_pass) product += distance * distance;
                });
        for_lanes<lanes>(0, sets, [=]<int N>(Index i) EIGENTRAIN_INLINE_LAMBDA {
          using P = Packet<double, N>;
          const auto sum = P::load(mean + i), distance = sum / count;
          auto result = convert<double>(Packet<S, N>::load(data + i)) + distance;
          if constexpr (one_pass) {
            const auto all = P::load(square + i), centered = all - sum * distance;
            if constexpr (in_float) {
              // NaN and infinity fail, too.
              const auto right = ((centered > all * P(0x1p-4)) & (all > P(0x1p-80))) |
                                 ((all == P(0.0)) & (sum == P(0.0)));
              result = select(right, result, P(not_a_number));
            }
            max(centered, P(0.0)).store(square + i);
          }
          result.store(mean + i);
        });
      }
      if constexpr (!Centered || !one_pass) {
        const Along<Across, double> centers(mean);
        add_up<Across, false, Bytes, T>(
            shape, x, false, square, square,
            [=]<int N>(Index o, Index i, Packet<T, N>& sum, Packet<T, N>&)
                EIGENTRAIN_INLINE_LAMBDA {
                  auto value = convert<T>(Packet<S, N>::load(data + o * x.run + i));
                  if constexpr (Centered) value -= centers.template at<N>(i);
                  sum += value * value;
                });
        if constexpr (!Centered) {
          for (Index i = 0; i < sets; ++i) {
            const bool right =
                (square[i] > 0x1p-80 && square[i] < ranges::infinity) || square[i] == 0.0;
            mean[i] = right || !in_float ? 0.0 : not_a_number;
          }
        }
      }
    }
  };
  // Floats in double are rare: not worth a kernel for each level.
  if constexpr (sizeof(T) > sizeof(S)) {
    run_baseline(kernel);
  } else {
    simd_dispatch(kernel);
  }
}

/// Mean and sum of squared deviations of every set; or, not Centered, the sum of squares alone.
///
/// Of floats, sums of 16 are formed in float: their roundings are those of the data. But if the
/// first value of a set is an outlier (more than four standard deviations from the mean), or if
/// squares leave the range of float, that set's are formed again in double.
template <bool Centered, class S, Walk W = Walk::either>
void set_moments(const SetShape& shape, const SetMemory<const S>& x, double* means,
                 double* squares) {
  const auto run = [&]<class T>(T, const SetShape& part, Index k, double* to, double* to_squares) {
    walk<W>(shape, [&](auto across) {
      moments_along<across, Centered, T, S>(part, x.from(k), to, to_squares);
    });
  };
  if constexpr (sizeof(S) == sizeof(double)) {
    run(0.0, shape, 0, means, squares);
  } else {
    run(0.0f, shape, 0, means, squares);
    Index begin = 0, end = shape.count;
    while (begin < end && means[begin] == means[begin]) ++begin;
    while (begin < end && means[end - 1] == means[end - 1]) --end;
    if (begin < end) [[unlikely]] {
      double means_again[set_block], squares_again[set_block];
      run(0.0, shape.part(end - begin), begin, means_again, squares_again);
      for (Index k = begin; k < end; ++k) {
        if (means[k] == means[k]) continue;
        means[k] = means_again[k - begin];
        squares[k] = squares_again[k - begin];
      }
    }
  }
}

template <bool Across, Weight Which, class S, bool Again>
void gradient_sums_along(const SetShape& shape, const SetMemory<const S>& gradient,
                         const NormalizedBatch<S, Again>& batch, const S* weights, double* sums,
                         double* products) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index k = 0; k < (Across ? 1 : shape.count); ++k) {
      const S* const dy = gradient.data + k * gradient.set;
      const S* const x = batch.values.data + k * batch.values.set;
      const NormalizedSets<Across, Again, S> sets(batch.from(k).by);
      const Index dy_run = gradient.run, x_run = batch.values.run;
      add_up<Across, true, Bytes, S>(
          shape, gradient, true, sums + k, products + k,
          [=]<int N>(Index o, Index i, Packet<S, N>& sum, Packet<S, N>& product)
              EIGENTRAIN_INLINE_LAMBDA {
                auto g = Packet<S, N>::load(dy + o * dy_run + i);
                if constexpr (Which != Weight::none) {
                  const auto weight = weights_of<Across, Which>(weights, k, o);
                  g *= weight.template at<N>(i);
                }
                sum += g;
                const auto value = Packet<S, N>::load(x + o * x_run + i);
                product += g * sets.template at<N>(i).of(value);
              });
    }
  });
}

/// Σ w·∂L/∂y and Σ w·∂L/∂y·x̂ of every set.
template <Weight Which, class S, Walk W = Walk::either, bool Again>
void set_gradient_sums(const SetShape& shape, const SetMemory<const S>& gradient,
                       const NormalizedBatch<S, Again>& batch, const S* weights, double* sums,
                       double* products) {
  walk<W>(shape, [&](auto across) {
    gradient_sums_along<across, Which, S>(shape, gradient, batch, weights, sums, products);
  });
}

}  // namespace eigentrain::detail
