// SPDX-License-Identifier: MIT
// What a step sees of a model: its tensors, where they lie now.
#pragma once

#include <string_view>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/met.hpp"
#include "eigentrain/core/view.hpp"

namespace eigentrain {

/// What may differ from tensor to tensor in a step.
struct ParameterOptions {
  bool weight_decay = true;          ///< false for biases and normalization, as a rule
  double learning_rate_scale = 1.0;  ///< a factor on the learning rate, ≥ 0
  bool frozen = false;               ///< true: left out of steps, norms and clipping
};

namespace detail {
inline void check_options(const ParameterOptions& options, std::string_view tensor) {
  const Range& range = ranges::not_negative;
  const double scale = options.learning_rate_scale;
  require(range.contains(scale), tensor, ": learning_rate_scale must be in ", range, ", got ",
          scale);
}
}  // namespace detail

/// A tensor as a step sees it: where it lies now, and its options.
template <class S>
struct Tensor {
  std::string_view name;                      ///< as it was added
  Memory<S> parameter;                        ///< where its values lie
  Memory<const S> gradient;                   ///< where its gradient's values lie
  const ParameterOptions* options = nullptr;  ///< never null in a step
  bool gradient_is_const = false;             ///< the gradient must not be written
  Index first = 0;   ///< its first element's number among all elements that take part
  Index number = 0;  ///< its own number in the list
  Index state = 0;   ///< where its state begins in each stream of the arena; set by the chain
  Index units = 1;   ///< rows of a matrix, the first axis of a Tensor: outputs; 1 for a vector
  bool row_major = false;  ///< its values lie along rows

  /// Whether it has at least two rows and two columns; a Tensor's columns are all axes but the
  /// first.
  bool is_matrix() const { return units > 1 && parameter.size() > units; }
};

/// Reductions add up chunks of this many elements, one after the other.
inline constexpr Index reduction_chunk = Index(1) << 16;
/// A pass over them adds up this many values at most.
inline constexpr Index reduction_values = 2;

namespace detail {
/// The tensor that an element, by its number, belongs to; where there are none, where they begin.
template <class S>
const Tensor<S>* tensor_at(const Buffer<Tensor<S>>& tensors, Index element) {
  const Tensor<S>* tensor = tensors.begin();
  for (std::size_t left = tensors.size(); left > 1;) {  // to the last one that begins by there
    const std::size_t half = left / 2;
    if (tensor[half].first <= element) tensor += half;
    left -= half;
  }
  return tensor;
}
}  // namespace detail

/// The elements that take part in a step: all but the frozen ones, numbered through.
template <class S>
struct Elements {
  detail::Buffer<Tensor<S>> tensors;    ///< those with values, in the order of the list
  Index total = 0;                      ///< how many there are
  detail::Buffer<double> partial_sums;  ///< room for reductions, reduction_values a chunk
  Index chunks = 0;   ///< of all tensors, where this step's threads share whole chunks; else 0
  detail::Met state;  ///< whose places the tensors have, as long as the list stays the same

  /// From now on threads share whole chunks, each of one tensor, for the rest of the step: who has
  /// summed one up also updates it, out of its own cache.
  void share_chunks() {
    chunks = 0;
    for (const Tensor<S>& tensor : tensors) {
      chunks += (tensor.parameter.size() + reduction_chunk - 1) / reduction_chunk;
    }
  }

  /// Room for reduction_values sums for each chunk of a tensor.
  double* sums_of(const Tensor<S>& tensor) {
    return partial_sums.data() +
           reduction_values * (tensor.first / reduction_chunk + (&tensor - tensors.begin()));
  }

  /// How many threads are worth calling.
  Index parts() const {
    constexpr Index worth = Index(1) << 14;  // elements for each
    const Index most = (total + worth - 1) / worth;
    return chunks > 0 && chunks < most ? chunks : most;
  }

  /// Where part i of n begins; part n is the end.
  Index cut(Index i, Index n) const {
    constexpr Index line = 64;
    const Index even = total / n * i + total % n * i / n;
    if (i == 0 || i == n) return even;
    if (chunks == 0) return even / line * line;
    const Tensor<S>& tensor = *detail::tensor_at(tensors, even);
    const Index size = tensor.parameter.size(), within = even - tensor.first;
    const Index low = within / reduction_chunk * reduction_chunk;
    const Index high = low + reduction_chunk < size ? low + reduction_chunk : size;
    return tensor.first + (within - low < high - within ? low : high);
  }
};

}  // namespace eigentrain
