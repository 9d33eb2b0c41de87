// SPDX-License-Identifier: MIT
// From the sums over sets to what normalization needs of them: one value a set.
#pragma once

#include "eigentrain/core/convert.hpp"
#include "eigentrain/layers/set_elements.hpp"

namespace eigentrain::detail {

/// What is known of a block of sets, on the stack.
template <class S>
struct SetBlock {
  double sums[set_block];      // means; in a backward pass Σ ∂L/∂y
  double products[set_block];  // squared deviations; in a backward pass Σ ∂L/∂y·x̂
  S mean[set_block];
  S mean_rest[set_block];
  S scale[set_block];

  void clear_means(Index count) {
    for (Index k = 0; k < count; ++k) sums[k] = 0.0;
  }
  Normalization<S> by(S* scales) { return {mean, mean_rest, scales}; }
};

/// From the moments of sets to their normalization, with scale = 1/√(squares/count + epsilon).
template <class S>
void set_normalization(Index sets, double count, double epsilon, const double* means,
                       const double* squares, const Normalization<S>& to) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for_lanes<Bytes / sizeof(double)>(0, sets, [=]<int N>(Index k) EIGENTRAIN_INLINE_LAMBDA {
      using P = Packet<double, N>;
      const auto mean = P::load(means + k);
      const auto rounded = convert<S>(mean);
      rounded.store(to.mean + k);
      convert<S>(mean - convert<double>(rounded)).store(to.mean_rest + k);
      const auto variance = P::load(squares + k) / count;
      convert<S>(P(1.0) / sqrt(variance + epsilon)).store(to.scale + k);
    });
  });
}

/// values/divisor, rounded to S; and the same of a second row.
template <class S>
void set_means(Index sets, double divisor, const double* first, const double* second,
               S* first_result, S* second_result) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for_lanes<Bytes / sizeof(double)>(0, sets, [=]<int N>(Index k) EIGENTRAIN_INLINE_LAMBDA {
      convert<S>(Packet<double, N>::load(first + k) / divisor).store(first_result + k);
      convert<S>(Packet<double, N>::load(second + k) / divisor).store(second_result + k);
    });
  });
}

/// a·b, rounded to S.
template <class S>
void set_products(Index sets, const S* a, const S* b, S* result) {
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for_lanes<Bytes / sizeof(S)>(0, sets, [=]<int N>(Index k) EIGENTRAIN_INLINE_LAMBDA {
      (Packet<S, N>::load(a + k) * Packet<S, N>::load(b + k)).store(result + k);
    });
  });
}

/// What the running statistics become: (1 − weight)·old + weight·(mean, squares·unbias).
template <class S>
void move_statistics(Index sets, double weight, double unbias, const double* means,
                     const double* squares, S* running_mean, S* running_variance) {
  const double rest = 1.0 - weight;
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for_lanes<Bytes / sizeof(double)>(0, sets, [=]<int N>(Index k) EIGENTRAIN_INLINE_LAMBDA {
      using P = Packet<double, N>;
      const auto mean = convert<double>(Packet<S, N>::load(running_mean + k));
      convert<S>(mean * rest + P::load(means + k) * weight).store(running_mean + k);
      const auto variance = convert<double>(Packet<S, N>::load(running_variance + k));
      const auto newest = P::load(squares + k) * unbias;
      convert<S>(variance * rest + newest * weight).store(running_variance + k);
    });
  });
}

}  // namespace eigentrain::detail
