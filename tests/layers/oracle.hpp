// SPDX-License-Identifier: MIT
// What the tests of layers share: batches in awkward places, and bits to compare.
#pragma once

#include <Eigen/Core>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "eigentrain/core/simd.hpp"

namespace eigentrain::test {

template <class S>
using Batch = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;

/// Numbers that look random in [−1, 1), the same on every machine.
template <class S>
Batch<S> noise_batch(Eigen::Index rows, Eigen::Index cols, std::uint32_t seed) {
  Batch<S> values(rows, cols);
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    std::uint32_t x = (static_cast<std::uint32_t>(i) + 1) * 0x9e3779b9u ^ seed * 0x85ebca77u;
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    values.data()[i] = static_cast<S>(x >> 12) / S(1 << 19) - S(1);
  }
  return values;
}

/// A hash of the bits of a batch, NaN included.
template <class Matrix>
std::uint64_t hash(const Matrix& batch) {
  using S = typename Matrix::Scalar;
  using Bits = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;
  std::uint64_t h = 0xcbf29ce484222325u;
  for (Eigen::Index j = 0; j < batch.cols(); ++j) {
    for (Eigen::Index i = 0; i < batch.rows(); ++i) {
      h = (h ^ std::bit_cast<Bits>(batch(i, j))) * 0x100000001b3u;
    }
  }
  return h;
}

template <class A, class B>
bool same_bits(const A& a, const B& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && hash(a) == hash(b);
}

/// A batch inside a larger buffer: `offset` values behind its start, with `gap` values between the
/// columns, and a sentinel in all that is not the batch.
template <class S>
class Placed {
 public:
  using View = Eigen::Map<Batch<S>, Eigen::Unaligned, Eigen::OuterStride<>>;

  Placed(const Batch<S>& values, Eigen::Index offset, Eigen::Index gap)
      : buffer_(static_cast<std::size_t>(offset + (values.rows() + gap) * values.cols() + 70),
                sentinel),
        view(buffer_.data() + offset, values.rows(), values.cols(),
             Eigen::OuterStride<>(values.rows() + gap)) {
    view = values;
  }
  Placed(const Placed&) = delete;

  /// Whether nothing but the batch was written.
  bool intact() const {
    std::size_t sentinels = 0;
    for (const S value : buffer_) sentinels += value == sentinel;
    return sentinels >= buffer_.size() - static_cast<std::size_t>(view.size());
  }

 private:
  static constexpr S sentinel = S(12345.678);
  std::vector<S> buffer_;

 public:
  View view;
};

}  // namespace eigentrain::test
