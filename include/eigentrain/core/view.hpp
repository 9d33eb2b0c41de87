// SPDX-License-Identifier: MIT
// The memory of a user's tensor, seen without knowing its type.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <string>
#include <type_traits>

#include "eigentrain/core/check.hpp"

namespace eigentrain {

using Index = Eigen::Index;

/// `outer` runs of `inner` contiguous values, `stride` values apart. Element f of the tensor, in
/// storage order, lies at data[f / inner · stride + f % inner].
template <class S>
struct Memory {
  S* data = nullptr;
  Index inner = 0;
  Index outer = 0;
  Index stride = 0;

  Index size() const { return inner * outer; }
};

/// Rows and columns, for messages and comparisons; a tensor of any rank has its size and cols −1.
struct Shape {
  Index rows = 0;
  Index cols = -1;

  friend bool operator==(const Shape&, const Shape&) = default;
  EIGENTRAIN_NOINLINE std::string text() const {
    return cols < 0 ? message(rows, " values") : message(rows, "x", cols);
  }
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
  if constexpr (Dense<T>) {
    return Eigen::internal::inner_stride_at_compile_time<T>::ret == 1;
  } else {
    return true;
  }
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

}  // namespace detail

/// Finds a tensor's memory again at every step. A matrix is watched where it stands, so that the
/// next step sees its new address after a resize; a view (Map, Ref, block) is read once, because
/// it may be a temporary.
template <class S>
class View {
 public:
  View() = default;

  /// `tensor` is a matrix, an array or an Eigen::Tensor that outlives this view, or a view.
  template <class T>
  explicit View(T& tensor) : shape_(detail::shape_of(tensor)) {
    using Plain = std::remove_const_t<T>;
    using Seen = std::conditional_t<std::is_const_v<S>, const Plain, T>;
    if constexpr (detail::Owning<Plain>) {
      object_ = const_cast<Plain*>(&tensor);  // given back as Seen, with the constness it came with
      find_ = [](void* object, Memory<S>& memory) {
        auto& seen = *static_cast<Seen*>(object);
        memory = detail::memory_of<S>(seen);
        return detail::shape_of(seen);
      };
    }
    memory_ = detail::memory_of<S>(tensor);
  }

  const Shape& shape() const { return shape_; }

  /// Where the numbers lie now. Throws std::invalid_argument if the shape is no longer that of the
  /// beginning; `owner` and `role` name the tensor in the message.
  Memory<S> memory(std::string_view owner, std::string_view role) const {
    Memory<S> memory = memory_;
    if (find_ != nullptr) {
      const Shape now = find_(object_, memory);
      if (now != shape_) [[unlikely]] {
        fail(owner, role, now);
      }
    }
    return memory;
  }

 private:
  [[noreturn]] EIGENTRAIN_COLD void fail(std::string_view owner, std::string_view role,
                                         const Shape& now) const {
    throw std::invalid_argument(message(owner, ": the ", role, " was ", shape_.text(),
                                        " when it was added and is ", now.text(), " now"));
  }

  Shape shape_;
  Memory<S> memory_;
  void* object_ = nullptr;
  Shape (*find_)(void*, Memory<S>&) = nullptr;
};

}  // namespace eigentrain
