// SPDX-License-Identifier: MIT
// The loops of batch normalization. Features are lanes, so that each lane adds its own feature's
// samples, first to last, and a result depends neither on the registers nor on its place.
#pragma once

#include "eigentrain/core/functions.hpp"
#include "eigentrain/core/simd.hpp"
#include "eigentrain/layers/columns.hpp"

namespace eigentrain::detail {

using Eigen::Index;

/// Mean and sum of squared deviations of every feature (row) over the samples.
template <class S>
void batch_moments(const BatchInput<S>& input, double* means, double* squares) {
  const Index features = input.rows(), samples = input.cols(), stride = input.outerStride();
  const double count = static_cast<double>(samples);
  const S* const first = input.data();
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int lanes = Bytes / sizeof(double);
    for_lanes<lanes>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
      Packet<double, N>(0.0).store(means + f);
      Packet<double, N>(0.0).store(squares + f);
    });
    // The distance from the first sample: a constant feature's mean is then exact.
    for (Index n = 0; n < samples; ++n) {
      const S* const column = first + n * stride;
      for_lanes<lanes>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
        const auto origin = convert<double>(Packet<S, N>::load(first + f));
        const auto distance = convert<double>(Packet<S, N>::load(column + f)) - origin;
        (Packet<double, N>::load(means + f) + distance).store(means + f);
      });
    }
    for_lanes<lanes>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
      const auto origin = convert<double>(Packet<S, N>::load(first + f));
      (origin + Packet<double, N>::load(means + f) / count).store(means + f);
    });
    for (Index n = 0; n < samples; ++n) {
      const S* const column = first + n * stride;
      for_lanes<lanes>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
        const auto mean = Packet<double, N>::load(means + f);
        const auto deviation = convert<double>(Packet<S, N>::load(column + f)) - mean;
        (Packet<double, N>::load(squares + f) + deviation * deviation).store(squares + f);
      });
    }
  });
}

/// How the values of a feature are normalized: x̂ = ((x − mean) − mean_rest)·scale. A float has too
/// few bits for the mean of values that are far from 0, so the rest of it is a second float.
template <class S>
struct Normalization {
  S* mean;
  S* mean_rest;
  S* scale;
};

/// From a feature's moments to its normalization, with scale = 1/√(squares/samples + epsilon).
template <class S>
void batch_normalization(Index features, Index samples, double epsilon, const double* means,
                         const double* squares, const Normalization<S>& to) {
  const double count = static_cast<double>(samples);
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for_lanes<Bytes / sizeof(double)>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
      using P = Packet<double, N>;
      const auto mean = P::load(means + f);
      const auto rounded = convert<S>(mean);
      rounded.store(to.mean + f);
      convert<S>(mean - convert<double>(rounded)).store(to.mean_rest + f);
      const auto variance = P::load(squares + f) / count;
      convert<S>(P(1.0) / sqrt(variance + epsilon)).store(to.scale + f);
    });
  });
}

/// y = γ·x̂ + β; x̂ goes to `normalized` too, without gaps between the columns.
template <class S>
void batch_normalize(const BatchInput<S>& input, BatchOutput<S>& output, S* normalized,
                     const Normalization<S>& by, const S* gamma, const S* beta) {
  const Index features = input.rows(), samples = input.cols();
  const Index input_stride = input.outerStride(), output_stride = output.outerStride();
  const S* const source = input.data();
  S* const target = output.data();
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index n = 0; n < samples; ++n) {
      const S* const x = source + n * input_stride;
      S* const y = target + n * output_stride;
      S* const kept = normalized + n * features;
      for_lanes<Bytes / sizeof(S)>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
        using P = Packet<S, N>;
        auto centered = P::load(x + f) - P::load(by.mean + f);
        if constexpr (sizeof(S) < sizeof(double)) centered -= P::load(by.mean_rest + f);
        const P result = centered * P::load(by.scale + f);
        result.store(kept + f);
        (P::load(gamma + f) * result + P::load(beta + f)).store(y + f);
      });
    }
  });
}

/// y = γ·(x − mean)/√(variance + epsilon) + β. Needs no memory but the stack's.
template <class S>
void batch_normalize_by(const S* means, const S* variances, double epsilon,
                        const BatchInput<S>& input, BatchOutput<S>& output, const S* gamma,
                        const S* beta) {
  const Index features = input.rows(), samples = input.cols();
  const Index input_stride = input.outerStride(), output_stride = output.outerStride();
  const S* const source = input.data();
  S* const target = output.data();
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr Index slice = 256;  // features at a time
    S scales[slice];
    for (Index begin = 0; begin < features; begin += slice) {
      const Index size = features - begin < slice ? features - begin : slice;
      S* const scale = scales;
      for_lanes<Bytes / sizeof(double)>(0, size, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
        const auto variance = convert<double>(Packet<S, N>::load(variances + begin + f));
        convert<S>(Packet<double, N>(1.0) / sqrt(variance + epsilon)).store(scale + f);
      });
      for (Index n = 0; n < samples; ++n) {
        const S* const x = source + n * input_stride + begin;
        S* const y = target + n * output_stride + begin;
        for_lanes<Bytes / sizeof(S)>(0, size, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
          using P = Packet<S, N>;
          const auto normalized =
              (P::load(x + f) - P::load(means + begin + f)) * P::load(scale + f);
          (P::load(gamma + begin + f) * normalized + P::load(beta + begin + f)).store(y + f);
        });
      }
    }
  });
}

/// What the running statistics become: (1 − weight)·old + weight·(mean, squares·unbias).
template <class S>
void move_statistics(Index features, double weight, double unbias, const double* means,
                     const double* squares, S* running_mean, S* running_variance) {
  const double rest = 1.0 - weight;
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for_lanes<Bytes / sizeof(double)>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
      using P = Packet<double, N>;
      const auto mean = convert<double>(Packet<S, N>::load(running_mean + f));
      convert<S>(mean * rest + P::load(means + f) * weight).store(running_mean + f);
      const auto variance = convert<double>(Packet<S, N>::load(running_variance + f));
      const auto newest = P::load(squares + f) * unbias;
      convert<S>(variance * rest + newest * weight).store(running_variance + f);
    });
  });
}

/// Σ ∂L/∂y and Σ ∂L/∂y·x̂ of every feature.
template <class S>
void batch_gradient_sums(const BatchInput<S>& gradient, const S* normalized, double* sums,
                         double* products) {
  const Index features = gradient.rows(), samples = gradient.cols();
  const Index stride = gradient.outerStride();
  const S* const source = gradient.data();
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    constexpr int lanes = Bytes / sizeof(double);
    for_lanes<lanes>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
      Packet<double, N>(0.0).store(sums + f);
      Packet<double, N>(0.0).store(products + f);
    });
    for (Index n = 0; n < samples; ++n) {
      const S* const dy = source + n * stride;
      const S* const kept = normalized + n * features;
      for_lanes<lanes>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
        const auto g = convert<double>(Packet<S, N>::load(dy + f));
        const auto x = convert<double>(Packet<S, N>::load(kept + f));
        (Packet<double, N>::load(sums + f) + g).store(sums + f);
        (Packet<double, N>::load(products + f) + g * x).store(products + f);
      });
    }
  });
}

/// The sums as gradients of β and γ, and divided by the number of samples.
template <class S>
void batch_gradient_means(Index features, Index samples, const double* sums, const double* products,
                          S* beta_gradient, S* gamma_gradient, S* mean_gradient, S* mean_product) {
  const double count = static_cast<double>(samples);
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for_lanes<Bytes / sizeof(double)>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
      const auto sum = Packet<double, N>::load(sums + f);
      const auto product = Packet<double, N>::load(products + f);
      convert<S>(sum).store(beta_gradient + f);
      convert<S>(product).store(gamma_gradient + f);
      convert<S>(sum / count).store(mean_gradient + f);
      convert<S>(product / count).store(mean_product + f);
    });
  });
}

/// ∂L/∂x = γ·scale·((∂L/∂y − mean_gradient) − x̂·mean_product)
template <class S>
void batch_input_gradient(const BatchInput<S>& gradient, BatchOutput<S>& result,
                          const S* normalized, const S* gamma, const S* scale,
                          const S* mean_gradient, const S* mean_product) {
  const Index features = gradient.rows(), samples = gradient.cols();
  const Index source_stride = gradient.outerStride(), target_stride = result.outerStride();
  const S* const source = gradient.data();
  S* const target = result.data();
  simd_dispatch([=]<int Bytes>() EIGENTRAIN_INLINE_LAMBDA {
    for (Index n = 0; n < samples; ++n) {
      const S* const dy = source + n * source_stride;
      S* const dx = target + n * target_stride;
      const S* const kept = normalized + n * features;
      for_lanes<Bytes / sizeof(S)>(0, features, [=]<int N>(Index f) EIGENTRAIN_INLINE_LAMBDA {
        using P = Packet<S, N>;
        const auto across = P::load(kept + f) * P::load(mean_product + f);
        const auto inner = P::load(dy + f) - P::load(mean_gradient + f) - across;
        (P::load(gamma + f) * P::load(scale + f) * inner).store(dx + f);
      });
    }
  });
}

}  // namespace eigentrain::detail
