// SPDX-License-Identifier: MIT
// The memory of a user's tensor, seen without knowing its type.
#pragma once

#include "eigentrain/core/memory.hpp"

// Eigen 5 goes on calling itself world 3.
#if EIGEN_WORLD_VERSION == 3 && EIGEN_MAJOR_VERSION < 4
#error "eigentrain needs Eigen 3.4 or later"
#endif

namespace eigentrain {

namespace detail {

/// What a View knows without the type of the tensor or of its values.
class AnyView {
 public:
  const Shape& shape() const { return shape_; }
  /// The rows of a matrix, the first axis of a Tensor: the outputs, where this is a weight. A
  /// vector is one unit.
  Index units() const { return units_; }
  bool row_major() const { return row_major_; }
  template <class S>
  Memory<S> memory_at(S* data) const {
    return {data, inner_, outer_, stride_};
  }

  /// Whether its type says that it has one row, or one column.
  bool is_vector() const { return is_vector_; }

  /// Throws std::invalid_argument unless a parameter and its gradient, seen when they are added,
  /// are of one shape, have memory, and don't share it. `width` is the size of a value.
  EIGENTRAIN_COLD static void check_pair(std::string_view name, const AnyView& parameter,
                                         const AnyView& gradient, Index width) {
    const Shape &shape = parameter.shape_, &other = gradient.shape_;
    const Index size = shape.size();
    const bool equal = shape.cols < 0 || other.cols < 0 ? size == other.size() : shape == other;
    require(equal, name, ": the parameter is ", shape.text(), " but its gradient is ",
            other.text());
    if (size == 0) return;
    const char* const p = static_cast<const char*>(parameter.data_);
    const char* const g = static_cast<const char*>(gradient.data_);
    require(p != nullptr && g != nullptr, name,
            ": the parameter or its gradient has no memory (a null pointer)");
    const Index distance = (g - p) / width;
    const bool overlap =
        p == g || (p < g + gradient.span() * width && g < p + parameter.span() * width &&
                   !beside(parameter, gradient, distance));
    require(!overlap, name, ": the parameter and its gradient share memory");
  }

 protected:
  // Where a matrix's values lie now; writes down its shape.
  using Find = void* (*)(void*, Shape&);

  AnyView() = default;
  // Constness is taken off where types are forgotten, and put on again where they come back: a
  // parameter and its gradient are then seen by one function. (A const T& would have gcc warn of a
  // tensor without values yet, which is none of a view's business.)
  template <class T>
  EIGENTRAIN_NOINLINE explicit AnyView(T& tensor)
      : shape_(shape_of(tensor)),
        units_(units_of(tensor)),
        row_major_(detail::is_row_major<T>()),
        is_vector_(detail::is_vector<T>()) {
    using S = std::remove_const_t<typename T::Scalar>;
    const Memory<const S> memory = memory_of<const S>(tensor);
    data_ = const_cast<S*>(memory.data);
    inner_ = memory.inner;
    outer_ = memory.outer;
    stride_ = memory.stride;
    if constexpr (Owning<T>) {
      object_ = &tensor;
      find_ = [](void* object, Shape& shape) -> void* {
        const T& seen = *static_cast<const T*>(object);
        shape = shape_of(seen);
        return const_cast<S*>(seen.data());
      };
    }
  }

  // The address of the first value now. Part of its caller, as every step asks for it, and only a
  // message needs the names.
  EIGENTRAIN_INLINE void* data_now(const std::string_view& owner, const char* role) const {
    if (find_ == nullptr) return data_;
    Shape now;
    void* const data = find_(object_, now);
    if (now != shape_) [[unlikely]] {
      refuse(owner, role, now);
    }
    return data;
  }

 private:
  // From the first value to the last, with the gaps.
  Index span() const { return (outer_ - 1) * stride_ + inner_; }

  // Whether the runs of one lie in the gaps of the other, as those of two blocks of one matrix may;
  // `distance` is from the first value of a to that of b. Other strides are taken on trust.
  static bool beside(const AnyView& a, const AnyView& b, Index distance) {
    const Index stride = a.outer_ > 1 ? a.stride_ : b.stride_;
    if (a.outer_ > 1 && b.outer_ > 1 && b.stride_ != stride) return true;
    const Index at = (distance % stride + stride) % stride;
    return at >= a.inner_ && at + b.inner_ <= stride;
  }

  [[noreturn]] EIGENTRAIN_COLD void refuse(std::string_view owner, const char* role,
                                           const Shape& now) const {
    fail({owner, ": the ", role, " was ", shape_.text(), " when it was added and is ", now.text(),
          " now"});
  }

  void* data_ = nullptr;
  Index inner_ = 0, outer_ = 0, stride_ = 0;
  Shape shape_;
  Index units_ = 1;
  bool row_major_ = false, is_vector_ = false;
  void* object_ = nullptr;
  Find find_ = nullptr;
};

}  // namespace detail

/// Finds a tensor's memory again at every step. A matrix is watched where it stands, so that the
/// next step sees its new address after a resize; a view (Map, Ref, block) is read once, because
/// it may be a temporary.
template <class S>
class View : public detail::AnyView {
 public:
  View() = default;

  /// `tensor` is a matrix, an array or an Eigen::Tensor that outlives this view, or a view.
  template <class T>
  explicit View(const T& tensor) : AnyView(const_cast<T&>(tensor)) {}

  /// Where the first number lies now. Throws std::invalid_argument if the shape is no longer that
  /// of the beginning; `owner` and `role` name the tensor in the message.
  S* data(const std::string_view& owner, const char* role) const {
    return static_cast<S*>(data_now(owner, role));
  }
  /// Where all numbers lie now; throws as data().
  Memory<S> memory(std::string_view owner, const char* role) const {
    return memory_at(data(owner, role));
  }
};

}  // namespace eigentrain
