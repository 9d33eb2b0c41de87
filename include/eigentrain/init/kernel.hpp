// SPDX-License-Identifier: MIT
// The centre of a convolution kernel, where the kernels that pass signals on have their weights.
#pragma once

#include "eigentrain/init/constant.hpp"
#include "eigentrain/init/unfold.hpp"

namespace eigentrain::detail {

/// The channels of a kernel, and where the weights in the middle of its field lie: that of output o
/// and input i at middle + o·out_step + i·in_step.
struct KernelCentre {
  Index out;
  Index in;
  Index out_step;
  Index in_step;
  Index middle;
  bool empty;

  Index operator()(Index o, Index i) const { return middle + o * out_step + i * in_step; }
};

/// Which of an even number of places is the middle one: of 0, 1, 2, 3, the first is 1, the
/// second 2.
enum class Middle { first, second };

/// Throws std::invalid_argument unless the tensor has rank 3, 4 or 5 and both axes are good.
EIGENTRAIN_NOINLINE inline KernelCentre kernel_centre(const Extents& kernel, bool row_major,
                                                      const Axes& axes, Middle which,
                                                      const char* owner) {
  require(kernel.rank >= 3 && kernel.rank <= 5, owner,
          ": a convolution kernel has rank 3, 4 or 5, this tensor has ", kernel.rank);
  check_axes(axes, kernel.rank, owner);
  KernelCentre centre{kernel.of(kernel.tensor, axes.out),
                      kernel.of(kernel.tensor, axes.in),
                      axis_stride(kernel, row_major, axes.out),
                      axis_stride(kernel, row_major, axes.in),
                      0,
                      false};
  for (Index axis = 0; axis < kernel.rank; ++axis) {
    const Index extent = kernel.of(kernel.tensor, axis);
    if (extent == 0) centre.empty = true;
    if (axis == axes.out || axis == axes.in) continue;
    const Index place = which == Middle::first ? (extent - 1) / 2 : extent / 2;
    centre.middle += place * axis_stride(kernel, row_major, axis);
  }
  return centre;
}

}  // namespace eigentrain::detail
