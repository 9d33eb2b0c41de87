// SPDX-License-Identifier: MIT
// Where the elements of weights lie: a tensor of any rank as the matrix of its outputs and the
// rest.
#pragma once

#include "eigentrain/init/fans.hpp"
#include "eigentrain/init/target.hpp"

namespace eigentrain::detail {

/// How many elements apart neighbours along an axis of a contiguous tensor are.
EIGENTRAIN_NOINLINE inline Index axis_stride(const Extents& extents, bool row_major, Index axis) {
  Index stride = 1;
  for (Index other = 0; other < extents.rank; ++other) {
    const bool is_faster = row_major ? other > axis : other < axis;
    if (is_faster) stride *= extents.of(extents.tensor, other);
  }
  return stride;
}

/// Weights as a matrix of `out` rows and `rest` columns: element (o, r) lies at
/// o·out_step + r%inner·step + r/inner·outer_step. The columns are in storage order, in a matrix in
/// its own.
struct Unfolding {
  Index out;
  Index rest;
  Index out_step;
  Index inner;
  Index step;
  Index outer_step;

  Index operator()(Index o, Index r) const {
    return o * out_step + r % inner * step + r / inner * outer_step;
  }

  /// Calls f(o, r, offset) for every element, next to the last one wherever that is possible.
  template <class F>
  void for_each(const F& f) const {
    Index r = 0;
    for (Index outer = 0; r < rest; ++outer) {
      const Index begin = r, base = outer * outer_step;
      if (out_step < step) {
        for (; r < begin + inner; ++r) {
          for (Index o = 0; o < out; ++o) f(o, r, base + (r - begin) * step + o * out_step);
        }
      } else {
        for (Index o = 0; o < out; ++o) {
          for (r = begin; r < begin + inner; ++r) f(o, r, base + (r - begin) * step + o * out_step);
        }
        r = begin + inner;
      }
    }
  }
};

/// The axis of the outputs, 0 unless the axes say otherwise. Throws std::invalid_argument if there
/// is no such axis, or if it isn't given for a tensor of rank 3 or more.
EIGENTRAIN_NOINLINE inline Index out_axis(const Extents& extents, const Axes& axes,
                                          const char* owner) {
  if (axes == Axes{} && extents.rank <= 2) return 0;
  require(axes.out != Axes::none, owner, ": a tensor of rank ", extents.rank,
          " does not say which of its axes are outputs; give it, as in {.axes = {.out = 0}}");
  if (axes.in == Axes::none) {
    check_axis(axes.out, extents.rank, owner, "out");
  } else {
    check_axes(axes, extents.rank, owner);
  }
  return axes.out;
}

/// The unfolding of a tensor or matrix. Throws std::invalid_argument as out_axis.
template <class T>
Unfolding unfold(const T& W, const Axes& axes, const char* owner) {
  const Extents seen = extents(W);
  const Index axis = out_axis(seen, axes, owner);
  if constexpr (Dense<T>) {
    const bool by_rows = axis == 0 || T::IsVectorAtCompileTime;
    const Index stride = W.outerStride(), rows = W.rows(), cols = W.cols();
    const Index row_step = T::IsRowMajor ? stride : 1, col_step = T::IsRowMajor ? 1 : stride;
    if (by_rows) return {rows, cols, row_step, cols, col_step, 0};
    return {cols, rows, col_step, rows, row_step, 0};
  } else {
    const Index size = static_cast<Index>(W.size()), out = seen.of(seen.tensor, axis);
    const Index step = axis_stride(seen, is_row_major<T>(), axis);
    return {out, out == 0 ? 0 : size / out, step, step, 1, step * out};
  }
}

}  // namespace eigentrain::detail
