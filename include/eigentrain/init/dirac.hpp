// SPDX-License-Identifier: MIT
// The identity of a convolution: a layer that starts by passing its input on.
#pragma once

#include "eigentrain/init/kernel.hpp"

namespace eigentrain {

/// What dirac can be told.
struct DiracOptions {
  Index groups = 1;  ///< of a grouped convolution: each passes its own inputs on
  Axes axes = {};    ///< which axes are the channels; they must be given
};

/// Makes a convolution kernel of rank 3, 4 or 5 zero, with ones in the middle of its field where
/// output and input channel are the same:
///
///     K(g·out/groups + c, c, middle) = 1   for c < min(out/groups, in) and each group g
///
/// `in` is the extent of the kernel's axis, so the channels of one group. An even extent has its
/// middle at extent/2, as in PyTorch. A kernel without elements is left alone.
///
/// Throws std::invalid_argument, with the kernel unchanged, if the rank or an axis is wrong or the
/// outputs can't be divided into so many groups.
///
///     Eigen::Tensor<float, 4> kernel(64, 64, 3, 3);
///     et::dirac(kernel, {.axes = {.out = 0, .in = 1}});
///
/// Zagoruyko, Komodakis: DiracNets: training very deep neural networks without skip-connections
/// (2017). As torch.nn.init.dirac_, for any axes.
template <class T>
void dirac(T&& kernel, const DiracOptions& options = {}) {
  using S = detail::TargetScalar<T>;
  const auto memory = detail::target_memory<T>(kernel);
  require_at_least(1, options.groups, "dirac", "groups");
  const auto centre =
      detail::kernel_centre(detail::extents(kernel), detail::is_row_major<std::remove_cvref_t<T>>(),
                            options.axes, detail::Middle::second, "dirac");
  require(centre.out % options.groups == 0, "dirac: ", centre.out,
          " outputs can't be divided into ", options.groups, " groups");
  if (centre.empty) return;
  detail::set_all(memory, S(0));
  const Index outputs = centre.out / options.groups;
  for (Index o = 0; o < centre.out; ++o) {
    if (o % outputs < centre.in) memory.data[centre(o, o % outputs)] = S(1);
  }
}

}  // namespace eigentrain
