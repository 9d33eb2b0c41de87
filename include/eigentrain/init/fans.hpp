// SPDX-License-Identifier: MIT
// How many connections feed a unit, and how many it feeds: what weights are scaled by.
#pragma once

#include <string_view>

#include "eigentrain/core/view.hpp"

namespace eigentrain {

/// The inputs of an output unit and the outputs of an input unit. Zeros mean "from the shape".
struct Fans {
  Index in = 0;
  Index out = 0;

  friend bool operator==(const Fans&, const Fans&) = default;
};

/// The fans of a matrix of weights, which is out × in: in = cols, out = rows.
///
/// A vector type has no fans: a flattened kernel is one too, and its length says nothing about
/// them. So it doesn't compile. A matrix of one row or column is a matrix.
///
/// As torch.nn.init._calculate_fan_in_and_fan_out for weights of two dimensions.
template <class Derived>
Fans fans(const Eigen::DenseBase<Derived>& W) {
  static_assert(!Derived::IsVectorAtCompileTime,
                "eigentrain: a vector has no fans; give them, as in {.fans = kernel_fans(...)}");
  return {W.cols(), W.rows()};
}

/// The fans of a convolution kernel with `out` and `in` channels and `field` weights for each pair
/// (height times width): in·field and out·field. Throws std::invalid_argument if one is below 1.
///
///     et::he_normal(kernel, random, {.fans = et::kernel_fans(64, 32, 3 * 3)});
inline Fans kernel_fans(Index out, Index in, Index field) {
  require_at_least(1, out, "kernel_fans", "out");
  require_at_least(1, in, "kernel_fans", "in");
  require_at_least(1, field, "kernel_fans", "field");
  return {in * field, out * field};
}

namespace detail {

/// The fans that were given, or else those of the shape. Throws std::invalid_argument if one that
/// was given is below 1, or if none were given and W is a vector or a tensor.
template <class T>
Fans fans_or_shape(const Fans& given, const T& W, std::string_view owner) {
  if (given == Fans{}) {
    if constexpr (Dense<T>) {
      if constexpr (!T::IsVectorAtCompileTime) return eigentrain::fans(W);
    }
    throw std::invalid_argument(message(owner, ": a vector or tensor of ", W.size(),
                                        " values has no fans; give them in the options, as in "
                                        "{.fans = {.in = 288, .out = 576}}"));
  }
  require_at_least(1, given.in, owner, "fans.in");
  require_at_least(1, given.out, owner, "fans.out");
  return given;
}

}  // namespace detail

}  // namespace eigentrain
