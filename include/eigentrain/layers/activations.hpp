// SPDX-License-Identifier: MIT
// What layers without weights read and write: values of any shape, which they only number.
#pragma once

#include <cstring>
#include <string_view>

#include "eigentrain/core/memory.hpp"

namespace eigentrain::detail {

/// The axes of a matrix (rows, columns) or a tensor, and which of them is the fastest in memory.
struct ActivationShape {
  static constexpr int most = 8;

  int rank = -1;  ///< −1 before there was any batch
  bool row_major = false;
  Index sizes[most] = {};

  Index size() const {
    Index product = 1;
    for (int axis = 0; axis < rank; ++axis) product *= sizes[axis];
    return product;
  }
  friend bool operator==(const ActivationShape& a, const ActivationShape& b) {
    if (a.rank != b.rank) return false;
    for (int axis = 0; axis < a.rank; ++axis) {
      if (a.sizes[axis] != b.sizes[axis]) return false;
    }
    return true;
  }
  /// Whether values have the same numbers in storage order.
  bool has_order_of(const ActivationShape& other) const {
    int long_axes = 0;
    for (int axis = 0; axis < rank; ++axis) long_axes += sizes[axis] > 1 ? 1 : 0;
    return row_major == other.row_major || long_axes < 2;
  }
  /// As in "3x4" and "2x3x8x8".
  struct Text {
    char letters[most * 21];  // a number has twenty at most
  };
  EIGENTRAIN_COLD Text text() const {
    Text text{"one value"};
    std::size_t end = 0;
    for (int axis = 0; axis < rank; ++axis) {
      end += write({axis > 0 ? "x" : "", sizes[axis]}, text.letters + end, sizeof text - end);
    }
    return text;
  }
};

template <class T>
ActivationShape activation_shape(const T& values) {
  ActivationShape shape;
  if constexpr (Dense<T>) {
    shape.rank = 2;
    shape.row_major = bool(T::IsRowMajor);
    shape.sizes[0] = values.rows();
    shape.sizes[1] = values.cols();
  } else if constexpr (requires { values.dimensions(); }) {
    static_assert(int(T::NumIndices) <= ActivationShape::most,
                  "eigentrain: layers take tensors of up to 8 axes");
    shape.rank = int(T::NumIndices);
    shape.row_major = is_row_major<T>();
    for (int axis = 0; axis < shape.rank; ++axis) {
      shape.sizes[axis] = static_cast<Index>(values.dimensions()[static_cast<std::size_t>(axis)]);
    }
  } else {
    shape.rank = 1;
    shape.sizes[0] = static_cast<Index>(values.size());
  }
  return shape;
}

/// Throws std::invalid_argument, as in "Dropout: the output is 4x7, but must be 4x8".
EIGENTRAIN_NOINLINE inline void require_shape(const ActivationShape& seen,
                                              const ActivationShape& expected, const char* owner,
                                              const char* name) {
  if (seen == expected) return;
  fail({owner, ": the ", name, " is ", seen.text().letters, ", but must be ",
        expected.text().letters});
}

/// What backward() asks of its arguments, after a batch of this shape.
EIGENTRAIN_NOINLINE inline void require_backward(const ActivationShape& shape,
                                                 const ActivationShape& output_gradient,
                                                 const ActivationShape& input_gradient,
                                                 const char* owner) {
  require(shape.rank >= 0, owner, ": backward() needs a forward() before it");
  require_shape(output_gradient, shape, owner, "output's gradient");
  require_shape(input_gradient, shape, owner, "input's gradient");
}

/// The same where a value's place in memory decided about it.
EIGENTRAIN_NOINLINE inline void require_order(const ActivationShape& shape,
                                              const ActivationShape& input_gradient,
                                              const char* owner) {
  require(input_gradient.has_order_of(shape), owner, ": the input's gradient is ",
          input_gradient.row_major ? "row" : "column", "-major, but the output was not");
}

/// Where a layer may write: a matrix, an array, an Eigen::Tensor or a view (Map, Ref, block,
/// TensorMap), which may be a temporary.
template <class S, class Out>
Memory<S> activation_output(std::remove_reference_t<Out>& output) {
  using T = std::remove_cvref_t<Out>;
  static_assert(Dense<T> || Contiguous<T>,
                "eigentrain: a layer writes to an Eigen matrix, array, Map, Ref, block or Tensor");
  static_assert(std::is_same_v<typename T::Scalar, S>,
                "eigentrain: input and output must have the scalar type of the layer");
  static_assert(has_memory<T>() && is_writable<Out>(),
                "eigentrain: a layer can't write to an expression or to a const matrix");
  static_assert(has_unit_inner_stride<T>(),
                "eigentrain: neighbours in a column of the output (a row, if row-major) must be "
                "contiguous; use a matrix and assign it to this view");
  return memory_of<S>(output);
}

/// Calls f(source, target) with the memory of the input and the output; of a copy of the input
/// (which allocates) if it is an expression or its values lie in another order than the output's.
template <class S, class In, class Out, class F>
void pass_activations(const In& input, Out&& output, const F& f) {
  using Target = std::remove_cvref_t<Out>;
  static_assert(Dense<In> || Contiguous<In>,
                "eigentrain: a layer reads an Eigen matrix, array, Map, Ref, block or Tensor");
  static_assert(std::is_same_v<std::remove_const_t<typename In::Scalar>, S>,
                "eigentrain: input and output must have the scalar type of the layer");
  static_assert(Dense<In> == Dense<Target>,
                "eigentrain: input and output must both be matrices or both be tensors");
  const Memory<S> target = activation_output<S, Out>(output);
  if constexpr (Dense<In>) {
    if constexpr (has_memory<In>() && has_unit_inner_stride<In>() &&
                  same_storage_order<In, Target>()) {
      f(memory_of<const S>(input), target);
    } else {
      constexpr int order = Target::IsRowMajor ? Eigen::RowMajor : Eigen::ColMajor;
      const Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, order> copy = input.matrix();
      f(memory_of<const S>(copy), target);
    }
  } else {
    static_assert(same_storage_order<In, Target>(),
                  "eigentrain: input and output must both be column-major or both row-major");
    f(memory_of<const S>(input), target);
  }
}

/// Calls run(from, to, at, length) for the runs without gaps in either that make up values first …
/// first + count − 1; the values behind `from` and `to` are first + at and so on.
template <class A, class B, class Run>
void for_runs(const Memory<A>& source, const Memory<B>& target, Index first, Index count,
              const Run& run) {
  for (Index at = 0; at < count;) {
    const Index value = first + at;
    const Index from = value % source.inner, to = value % target.inner;
    Index length = count - at;
    if (source.inner - from < length) length = source.inner - from;
    if (target.inner - to < length) length = target.inner - to;
    run(source.data + value / source.inner * source.stride + from,
        target.data + value / target.inner * target.stride + to, at, length);
    at += length;
  }
}

/// target = source; they may be the same.
template <class S>
void copy_activations(const Memory<const S>& source, const Memory<S>& target) {
  if (source.data == target.data) return;
  for_runs(source, target, 0, source.size(), [](const S* from, S* to, Index, Index length) {
    std::memcpy(to, from, static_cast<std::size_t>(length) * sizeof(S));
  });
}

/// Evaluation of all kinds of dropout. Throws std::invalid_argument, with nothing changed, if the
/// shapes differ.
template <class S, class In, class Out>
void evaluate_activations(const In& input, Out&& output, const char* owner) {
  require_shape(activation_shape(output), activation_shape(input), owner, "output");
  pass_activations<S>(
      input, static_cast<Out&&>(output),
      [](const auto& source, const auto& target) { copy_activations<S>(source, target); });
}

}  // namespace eigentrain::detail
