// SPDX-License-Identifier: MIT
// Where a layer finds the channels of a batch, whatever the order of its axes in memory.
#pragma once

#include <type_traits>

#include "eigentrain/layers/columns.hpp"

namespace eigentrain {

/// A batch as normalization layers see it: channel c of sample n has positions · inner values,
///
///     data[(n·positions + p)·stride + c·inner + i],   stride ≥ channels·inner.
///
/// channels() makes one of a tensor; memory of another origin is described by hand:
///
///     et::Channels<float> a{pointer, 32, 1, 64, 56 * 56, 64 * 56 * 56};  // N×C×H×W, row-major
///     et::Channels<float> b{pointer, 32, 56 * 56, 64, 1, 64};            // N×H×W×C, row-major
template <class S>
struct Channels {
  S* data = nullptr;           ///< the first value
  Eigen::Index samples = 0;    ///< the number of samples
  Eigen::Index positions = 0;  ///< of the axes slower than the channels', without the samples
  Eigen::Index channels = 0;   ///< the number of channels
  Eigen::Index inner = 0;      ///< of the axes faster than the channels'
  Eigen::Index stride = 0;     ///< from one position to the next

  /// The number of values.
  Eigen::Index size() const { return samples * positions * channels * inner; }
  /// A batch that may be written can be read.
  operator Channels<const S>() const
    requires(!std::is_const_v<S>)
  {
    return {data, samples, positions, channels, inner, stride};
  }
};

/// The channels of an Eigen::Tensor or TensorMap, which lie along the axis of this number. The
/// slowest axis (the last one if column-major, the first if row-major) numbers the samples; if it
/// is that of the channels, the tensor is a single sample.
///
///     Eigen::Tensor<float, 4> x(64, 56, 56, 32);                       // C×H×W×N
///     norm.forward(et::channels(x, 0), et::channels(y, 0));
///     Eigen::TensorMap<Eigen::Tensor<float, 4, Eigen::RowMajor>> x(pointer, 32, 64, 56, 56);
///     norm.forward(et::channels(x, 1), et::channels(y, 1));            // PyTorch's N×C×H×W
///
/// Throws std::invalid_argument unless 0 ≤ axis < the tensor's rank.
template <class T>
auto channels(T&& tensor, Eigen::Index axis) {
  using Plain = std::remove_cvref_t<T>;
  using S = std::remove_pointer_t<decltype(tensor.data())>;
  const auto rank = static_cast<Eigen::Index>(Plain::NumIndices);
  require(0 <= axis && axis < rank, "channels: axis ", axis, " of a tensor with ", rank, " axes");
  const bool row_major = int(Plain::Layout) == int(Eigen::RowMajor);
  const Eigen::Index channel = row_major ? rank - 1 - axis : axis;  // counted from the fastest
  const auto& sizes = tensor.dimensions();
  Channels<S> result{tensor.data(), 1, 1, 1, 1, 1};
  for (Eigen::Index k = 0; k < rank; ++k) {
    const auto size =
        static_cast<Eigen::Index>(sizes[static_cast<std::size_t>(row_major ? rank - 1 - k : k)]);
    Eigen::Index& part = k < channel     ? result.inner
                         : k == channel  ? result.channels
                         : k + 1 == rank ? result.samples
                                         : result.positions;
    part *= size;
  }
  result.stride = result.channels * result.inner;
  return result;
}

namespace detail {

/// A matrix, features × samples.
template <class S, class Batch>
Channels<S> columns_of(Batch& batch) {
  return {batch.data(), batch.cols(), 1, batch.rows(), 1, batch.outerStride()};
}

/// The same values without gaps, in memory of a layer's own.
template <class S, class T>
Channels<S> gapless(const Channels<T>& like, S* data) {
  return {data,          like.samples, like.positions,
          like.channels, like.inner,   like.channels * like.inner};
}

template <class S, class T>
bool same_shape(const Channels<S>& a, const Channels<T>& b) {
  return a.samples == b.samples && a.positions == b.positions && a.channels == b.channels &&
         a.inner == b.inner;
}

/// Throws std::invalid_argument, as in "LayerNorm: the output is 32 samples of 1x63x49
/// (positions x channels x inner), but must be 32 of 1x64x49".
template <class S, class T>
EIGENTRAIN_COLD void refuse_shape(const Channels<S>& batch, const Channels<T>& wanted,
                                  const char* owner, const char* name) {
  require(false, owner, ": the ", name, " is ", batch.samples, " samples of ", batch.positions, "x",
          batch.channels, "x", batch.inner, " (positions x channels x inner), but must be ",
          wanted.samples, " of ", wanted.positions, "x", wanted.channels, "x", wanted.inner);
}

template <class S, class T>
void require_shape(const Channels<S>& batch, const Channels<T>& wanted, const char* owner,
                   const char* name) {
  if (!same_shape(batch, wanted)) refuse_shape(batch, wanted, owner, name);
}

/// Throws std::invalid_argument unless the input has that many rows, and the output its shape.
template <class S>
void require_features(const BatchInput<S>& input, const BatchOutput<S>& output,
                      Eigen::Index features, const char* owner) {
  require(input.rows() == features, owner, ": the input is ", input.rows(), "x", input.cols(),
          ", but must have ", features, " rows, one a feature");
  require_shape(output, input.rows(), input.cols(), owner, "output");
}
template <class S>
void require_features(const Channels<const S>& input, const Channels<S>& output,
                      Eigen::Index features, const char* owner) {
  require(input.channels == features, owner, ": the input has ", input.channels,
          " channels, but must have ", features);
  require_shape(output, input, owner, "output");
}

}  // namespace detail

}  // namespace eigentrain
