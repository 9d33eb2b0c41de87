// SPDX-License-Identifier: MIT
// How many connections feed a unit, and how many it feeds: what weights are scaled by.
#pragma once

#include <limits>
#include <string_view>

#include "eigentrain/core/view.hpp"

namespace eigentrain {

/// The inputs of an output unit and the outputs of an input unit. Zeros mean "from the shape".
struct Fans {
  Index in = 0;   ///< inputs of an output unit
  Index out = 0;  ///< outputs of an input unit

  friend bool operator==(const Fans&, const Fans&) = default;
};

/// Which axes of a kernel, counted from 0, are its output and input channels; the others are its
/// receptive field. {.out = 0, .in = 1} for out × in × height × width, as in PyTorch;
/// {.out = 3, .in = 2} for height × width × in × out, as in Keras and JAX; {.out = 1, .in = 0} for
/// a matrix that is in × out. Without them, what has two axes is out × in.
struct Axes {
  static constexpr Index none = std::numeric_limits<Index>::min();  ///< not given

  Index out = none;  ///< the axis of output channels
  Index in = none;   ///< the axis of input channels

  friend bool operator==(const Axes&, const Axes&) = default;
};

/// Which fan weights are scaled by: `in` keeps the variance of the activations, `out` that of the
/// gradients, `average`, (in + out) / 2, is between them.
enum class Fan { in, out, average };

namespace detail {

// The extents of a tensor, without its type: one copy of what follows serves all of them.
struct Extents {
  const void* tensor;
  Index rank;
  Index (*of)(const void* tensor, Index axis);
};

// An axis in whichever type of integer a tensor's dimension() takes.
struct AxisNumber {
  Index value;
  template <class Integer>
  operator Integer() const {
    return static_cast<Integer>(value);
  }
};

template <class T>
Extents extents(const T& tensor) {
  if constexpr (Dense<T>) {
    return {&tensor, T::IsVectorAtCompileTime ? 1 : 2, [](const void* object, Index axis) -> Index {
              const T& seen = *static_cast<const T*>(object);
              if (T::IsVectorAtCompileTime) return seen.size();
              return axis == 0 ? seen.rows() : seen.cols();
            }};
  } else if constexpr (requires {
                         { tensor.rank() } -> std::convertible_to<Index>;
                         { tensor.dimension(0) } -> std::convertible_to<Index>;
                       }) {
    return {&tensor, static_cast<Index>(tensor.rank()),
            [](const void* object, Index axis) -> Index {
              const T& seen = *static_cast<const T*>(object);
              return static_cast<Index>(seen.dimension(AxisNumber{axis}));
            }};
  } else {
    return {&tensor, 1, [](const void* object, Index) -> Index {
              return static_cast<Index>(static_cast<const T*>(object)->size());
            }};
  }
}

inline void check_axis(Index axis, Index rank, const char* owner, const char* name) {
  require(axis != Axes::none, owner, ": axes.", name, " is missing; give both axes, or none");
  require(axis >= 0 && axis < rank, owner, ": axes.", name, " must be in [0, ", rank,
          "), the axes of this tensor, got ", axis);
}

/// Throws std::invalid_argument unless both axes are given, the tensor's, and two.
EIGENTRAIN_NOINLINE inline void check_axes(const Axes& axes, Index rank, const char* owner) {
  check_axis(axes.out, rank, owner, "out");
  check_axis(axes.in, rank, owner, "in");
  require(axes.out != axes.in, owner, ": axes.out and axes.in must differ, got ", axes.in,
          " for both");
}

/// The fans along the axes that are given; without axes, those of an out × in matrix.
EIGENTRAIN_NOINLINE inline Fans fans_along(const Extents& extents, Axes axes, const char* owner) {
  if (axes == Axes{}) {
    require(extents.rank >= 2, owner, ": a vector has no fans; give them, as in ",
            "{.fans = {.in = 288, .out = 576}}");
    require(extents.rank == 2, owner, ": a tensor of rank ", extents.rank,
            " does not say which of its axes are channels; give them, as in ",
            "{.axes = {.out = 0, .in = 1}}");
    axes = {.out = 0, .in = 1};
  }
  check_axes(axes, extents.rank, owner);
  Index field = 1;
  for (Index axis = 0; axis < extents.rank; ++axis) {
    if (axis != axes.out && axis != axes.in) field *= extents.of(extents.tensor, axis);
  }
  return {extents.of(extents.tensor, axes.in) * field,
          extents.of(extents.tensor, axes.out) * field};
}

/// The fans that were given, or else those of the shape.
EIGENTRAIN_NOINLINE inline Fans fans_or_shape(const Fans& given, const Axes& axes,
                                              const Extents& extents, const char* owner) {
  if (given == Fans{}) return fans_along(extents, axes, owner);
  require(axes == Axes{}, owner, ": give fans or axes, not both");
  require_at_least(1, given.in, owner, "fans.in");
  require_at_least(1, given.out, owner, "fans.out");
  return given;
}

}  // namespace detail

/// The fans of weights: of a matrix, which is out × in unless the axes say otherwise, or of a
/// kernel of any rank (Eigen::Tensor, TensorMap) along its axes:
///
///     in = in channels · field,   out = out channels · field
///
/// where the field is the product of the other extents: height times width. Throws
/// std::invalid_argument if an axis is missing, equal to the other or not one of the tensor's, or
/// if a tensor that hasn't two axes comes without them.
///
/// A vector type has no fans: a flattened kernel is one too, and its length says nothing about
/// them. So it doesn't compile. A matrix of one row or column is a matrix.
///
///     et::fans(W);                             // 128 × 784: {.in = 784, .out = 128}
///     et::fans(kernel, {.out = 0, .in = 1});   // 64 × 32 × 3 × 3: {.in = 288, .out = 576}
///
/// As torch.nn.init._calculate_fan_in_and_fan_out, which takes the axes 0 and 1 at any rank.
template <class T>
Fans fans(const T& W, const Axes& axes = {}) {
  if constexpr (detail::Dense<T>) {
    static_assert(!T::IsVectorAtCompileTime,
                  "eigentrain: a vector has no fans; give them, as in {.fans = kernel_fans(...)}");
  }
  return detail::fans_along(detail::extents(W), axes, "fans");
}

/// The fans of a convolution kernel with `out` and `in` channels and `field` weights for each pair
/// (height times width): in·field and out·field. For kernels that are flattened; a kernel with
/// axes has `.axes`. Throws std::invalid_argument if one is below 1.
///
///     et::he_normal(kernel, random, {.fans = et::kernel_fans(64, 32, 3 * 3)});
EIGENTRAIN_NOINLINE inline Fans kernel_fans(Index out, Index in, Index field) {
  require_at_least(1, out, "kernel_fans", "out");
  require_at_least(1, in, "kernel_fans", "in");
  require_at_least(1, field, "kernel_fans", "field");
  const Index most = std::numeric_limits<Index>::max() / field;
  require(out <= most && in <= most, "kernel_fans: a fan of ", out > in ? out : in, " times ",
          field, " is more than an index holds");
  return {in * field, out * field};
}

}  // namespace eigentrain
