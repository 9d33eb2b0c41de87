// SPDX-License-Identifier: MIT
// Convolution kernels that keep lengths and angles.
#pragma once

#include "eigentrain/init/kernel.hpp"
#include "eigentrain/init/orthogonal.hpp"

namespace eigentrain {

/// What delta_orthogonal can be told.
struct DeltaOrthogonalOptions {
  double gain = 1.0;  ///< a factor on every weight, ≥ 0; see gains
  Axes axes = {};     ///< which axes are the channels; they must be given
};

/// Makes a convolution kernel of rank 3, 4 or 5 (its field has one to three axes) zero, except in
/// the middle of its field, where the out × in matrix H of the channels is gain times a random
/// matrix with orthonormal columns, as orthogonal() makes it:
///
///     K(o, i, middle) = gain·H(o, i),   HᵀH = I,   K = 0 elsewhere
///
/// So the convolution (stride 1, padded to the same size) keeps every pixel's length, and networks
/// of thousands of layers pass signals and gradients on. There must be at least as many outputs as
/// inputs. An even extent has its middle at (extent − 1)/2, as in JAX and TensorFlow. A kernel
/// without elements is left alone.
///
/// Throws std::invalid_argument, with the kernel and the generator unchanged, if the gain is
/// negative or not finite, if the rank, an axis or the number of channels is wrong.
///
///     Eigen::Tensor<float, 4> kernel(64, 32, 3, 3);
///     et::delta_orthogonal(kernel, random, {.axes = {.out = 0, .in = 1}});
///
/// Xiao, Bahri, Sohl-Dickstein, Schoenholz, Pennington: Dynamical isometry and a mean field theory
/// of CNNs (2018). As jax.nn.initializers.delta_orthogonal with its axes; PyTorch has none.
template <class T, RandomSource Random>
void delta_orthogonal(T&& kernel, Random& random, const DeltaOrthogonalOptions& options = {}) {
  using S = detail::TargetScalar<T>;
  const auto memory = detail::target_memory<T>(kernel);
  require_in({0.0, std::numeric_limits<S>::max()}, options.gain, "delta_orthogonal", "gain");
  const auto centre =
      detail::kernel_centre(detail::extents(kernel), detail::is_row_major<std::remove_cvref_t<T>>(),
                            options.axes, detail::Middle::first, "delta_orthogonal");
  require(centre.in <= centre.out,
          "delta_orthogonal: needs at least as many outputs as inputs, got ", centre.out, " and ",
          centre.in);
  if (centre.empty) return;
  auto q = detail::random_orthonormal<S>(centre.out, centre.in, random);
  detail::set_all(memory, S(0));
  for (Index o = 0; o < centre.out; ++o) {
    for (Index i = 0; i < centre.in; ++i) {
      const Exact value(static_cast<double>(q(o, i)));
      memory.data[centre(o, i)] = static_cast<S>((Exact(options.gain) * value)[0]);
    }
  }
}

}  // namespace eigentrain
