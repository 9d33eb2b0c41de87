// SPDX-License-Identifier: MIT
// What an initializer may fill, and what it says when it can't.
#pragma once

#include "eigentrain/core/view.hpp"

namespace eigentrain::detail {

/// The scalar of the tensor that an initializer was given.
template <class T>
using TargetScalar = typename std::remove_cvref_t<T>::Scalar;

/// The memory of a tensor that an initializer may fill: a matrix, an array, an Eigen::Tensor, or a
/// view (Map, Ref, block, TensorMap) that may be a temporary, with contiguous columns (rows, if
/// row-major).
template <class T>
auto target_memory(std::remove_reference_t<T>& tensor) {
  using Plain = std::remove_cvref_t<T>;
  static_assert(Dense<Plain> || Contiguous<Plain>,
                "eigentrain: an initializer fills an Eigen matrix, array, Map, Ref, block or "
                "Tensor; wrap other memory in an Eigen::Map");
  if constexpr (Dense<Plain> || Contiguous<Plain>) {
    using S = typename Plain::Scalar;
    static_assert(std::is_same_v<S, float> || std::is_same_v<S, double>,
                  "eigentrain: initializers fill float or double");
    static_assert(has_memory<Plain>(),
                  "eigentrain: an expression has no memory to fill; pass the matrix itself");
    static_assert(is_writable<T>(), "eigentrain: a const tensor can't be filled");
    static_assert(std::is_lvalue_reference_v<T> || !Owning<Plain>,
                  "eigentrain: this matrix is a temporary, its values would be lost");
    static_assert(has_unit_inner_stride<Plain>(),
                  "eigentrain: neighbours in a column (a row, if row-major) must be contiguous; "
                  "fill a matrix and assign it to this view");
    return memory_of<S>(tensor);
  }
}

}  // namespace eigentrain::detail
