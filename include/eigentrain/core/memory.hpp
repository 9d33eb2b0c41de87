// SPDX-License-Identifier: MIT
// What kind of tensor a type is, and where the numbers of an object of it lie.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <string_view>
#include <type_traits>

#include "eigentrain/core/check.hpp"

namespace eigentrain {

/// Sizes and numbers of elements, signed as Eigen's.
using Index = Eigen::Index;

/// `outer` runs of `inner` contiguous values, `stride` values apart. Element f of the tensor, in
/// storage order, lies at data[f / inner · stride + f % inner].
template <class S>
struct Memory {
  S* data = nullptr;  ///< the first value
  Index inner = 0;    ///< values in a run
  Index outer = 0;    ///< the number of runs
  Index stride = 0;   ///< from the beginning of a run to that of the next

  /// The number of values.
  Index size() const { return inner * outer; }
};

/// Rows and columns, for messages and comparisons; a tensor of any rank has its size and cols −1.
struct Shape {
  Index rows = 0;   ///< rows, or the size of a tensor
  Index cols = -1;  ///< columns, or −1 for a tensor

  /// The number of values.
  Index size() const { return cols < 0 ? rows : rows * cols; }
  friend bool operator==(const Shape&, const Shape&) = default;
  /// For messages: "3x2", or "6 values".
  detail::Part text() const { return detail::Part::shape(rows, cols); }
};

namespace detail {

// By deduction, since some views derive from the base of another type.
template <class T>
concept Dense = requires(const T& object) { []<class D>(const Eigen::DenseBase<D>&) {}(object); };

template <class T>
concept OwningDense =
    requires(const T& object) { []<class D>(const Eigen::PlainObjectBase<D>&) {}(object); };

// Eigen::Tensor, TensorMap and whatever else has a scalar type, contiguous data and a size.
template <class T>
concept Contiguous = !Dense<T> && requires(const T& tensor) {
  typename T::Scalar;
  { tensor.data() } -> std::convertible_to<const typename T::Scalar*>;
  { tensor.size() } -> std::convertible_to<Index>;
};

// A view, unlike a container, gives write access even when the view itself is const.
template <class T>
concept ContiguousView = Contiguous<T> && requires(const T& tensor) {
  { tensor.data() } -> std::convertible_to<typename T::Scalar*>;
};

template <class T>
concept Owning = OwningDense<T> || (Contiguous<T> && !ContiguousView<T>);

template <class T>
consteval bool has_unit_inner_stride() {
  if constexpr (Dense<T>) return Eigen::internal::inner_stride_at_compile_time<T>::ret == 1;
  return true;
}

template <class T>
consteval bool has_memory() {
  if constexpr (Dense<T>) {
    return (Eigen::internal::traits<T>::Flags & Eigen::DirectAccessBit) != 0;
  } else {
    return true;
  }
}

// Whether elements of P and G meet in the same order when both are walked in storage order.
template <class P, class G>
consteval bool same_storage_order() {
  if constexpr (Dense<P> && Dense<G>) {
    return P::IsVectorAtCompileTime || G::IsVectorAtCompileTime ||
           bool(P::IsRowMajor) == bool(G::IsRowMajor);
  } else if constexpr (requires {
                         P::Layout;
                         G::Layout;
                       }) {
    return int(P::Layout) == int(G::Layout);
  } else {
    return true;
  }
}

template <class T>
consteval bool is_writable() {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (std::is_const_v<std::remove_reference_t<T>>) {
    return false;
  } else if constexpr (Dense<Plain>) {
    return (Eigen::internal::traits<Plain>::Flags & Eigen::LvalueBit) != 0;
  } else {
    return std::is_convertible_v<decltype(std::declval<T&>().data()), typename Plain::Scalar*>;
  }
}

template <class S, class T>
Memory<S> memory_of(T& tensor) {
  if constexpr (Dense<std::remove_const_t<T>>) {
    if (tensor.outerStride() == tensor.innerSize()) {
      return {tensor.data(), tensor.size(), 1, tensor.size()};
    }
    return {tensor.data(), tensor.innerSize(), tensor.outerSize(), tensor.outerStride()};
  } else {
    const auto size = static_cast<Index>(tensor.size());
    return {tensor.data(), size, 1, size};
  }
}

template <class T>
Shape shape_of(const T& tensor) {
  if constexpr (Dense<T>) {
    return {tensor.rows(), tensor.cols()};
  } else {
    return {static_cast<Index>(tensor.size()), -1};
  }
}

template <class T>
Index units_of(const T& tensor) {
  if constexpr (Dense<T>) {
    return tensor.cols() == 1 ? 1 : tensor.rows();
  } else if constexpr (requires { tensor.dimension(0); }) {
    return tensor.rank() < 2 ? 1 : static_cast<Index>(tensor.dimension(0));
  } else {
    return 1;
  }
}

template <class T>
consteval bool is_row_major() {
  if constexpr (Dense<T>) {
    return bool(T::IsRowMajor);
  } else if constexpr (requires { T::Layout; }) {
    return int(T::Layout) == int(Eigen::RowMajor);
  } else {
    return false;
  }
}

template <class T>
consteval bool is_vector() {
  if constexpr (Dense<T>) return bool(T::IsVectorAtCompileTime);
  return false;
}

/// What a list of parameters may hold: compiles if P can be a parameter of S, and G its gradient.
template <class S, class P, class G>
constexpr void check_parameter_types() {
  using Parameter = std::remove_cvref_t<P>;
  using Gradient = std::remove_cvref_t<G>;
  static_assert(Dense<Parameter> || Contiguous<Parameter>,
                "eigentrain: a parameter is an Eigen matrix, array, Map, Ref, block or Tensor");
  static_assert(Dense<Gradient> || Contiguous<Gradient>,
                "eigentrain: a gradient is an Eigen matrix, array, Map, Ref, block or Tensor");
  static_assert(std::is_same_v<std::remove_const_t<typename Parameter::Scalar>, S> &&
                    std::is_same_v<std::remove_const_t<typename Gradient::Scalar>, S>,
                "eigentrain: parameter and gradient must have the scalar type of the list");
  static_assert(has_memory<Parameter>() && has_memory<Gradient>(),
                "eigentrain: this is an expression without memory of its own; evaluate it into a "
                "matrix and add that");
  static_assert(is_writable<P>(),
                "eigentrain: the parameter is const, but a step must write to it; pass it as a "
                "non-const lvalue");
  static_assert((std::is_lvalue_reference_v<P> || !Owning<Parameter>) &&
                    (std::is_lvalue_reference_v<G> || !Owning<Gradient>),
                "eigentrain: this is a temporary that would be gone before the first step; keep "
                "it in a variable and pass that");
  static_assert(has_unit_inner_stride<Parameter>() && has_unit_inner_stride<Gradient>(),
                "eigentrain: the values of a column (of a row, if row-major) must be contiguous; "
                "a row of a column-major matrix or a Map with an inner stride is not: store it "
                "transposed, or copy it into a vector");
  static_assert(same_storage_order<Parameter, Gradient>(),
                "eigentrain: parameter and gradient must both be column-major or both row-major");
}

}  // namespace detail

}  // namespace eigentrain
