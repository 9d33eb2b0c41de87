// SPDX-License-Identifier: MIT
// Every element the same.
#pragma once

#include <limits>

#include "eigentrain/init/target.hpp"

namespace eigentrain {

namespace detail {

template <class S>
void set_all(const Memory<S>& memory, S value) {
  for (Index run = 0; run < memory.outer; ++run) {
    S* values = memory.data + run * memory.stride;
    for (Index i = 0; i < memory.inner; ++i) values[i] = value;
  }
}

}  // namespace detail

/// Sets every element of W to `value`, which must be finite: biases to 0, gates to 1. W is a
/// matrix, an array, an Eigen::Tensor or a view of any shape.
///
/// Throws std::invalid_argument, with W unchanged, if the value is not a finite number of W's type.
///
///     et::constant(b, 0.1);
///
/// As torch.nn.init.constant_, which also takes infinities and NaN.
template <class T>
void constant(T&& W, double value) {
  using S = detail::TargetScalar<T>;
  constexpr double most = std::numeric_limits<S>::max();
  const auto memory = detail::target_memory<T>(W);
  require_in({-most, most}, value, "constant", "value");
  detail::set_all(memory, static_cast<S>(value));
}

/// Sets every element to 0, as torch.nn.init.zeros_ and Eigen's own setZero().
///
///     et::zeros(b);
template <class T>
void zeros(T&& W) {
  detail::set_all(detail::target_memory<T>(W), detail::TargetScalar<T>(0));
}

/// Sets every element to 1, as torch.nn.init.ones_ and Eigen's own setOnes().
///
///     et::ones(gain);
template <class T>
void ones(T&& W) {
  detail::set_all(detail::target_memory<T>(W), detail::TargetScalar<T>(1));
}

}  // namespace eigentrain
