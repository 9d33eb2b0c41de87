// SPDX-License-Identifier: MIT
// Ones on the diagonal: a layer that starts by passing its input on.
#pragma once

#include "eigentrain/init/constant.hpp"
#include "eigentrain/init/unfold.hpp"

namespace eigentrain {

/// Sets W(i, i) to `gain` and everything else to 0. W need not be square: a wide one passes on its
/// first inputs, a tall one leaves its last outputs at 0. It is a matrix, a view of one, or an
/// Eigen::Tensor of rank 2.
///
/// Throws std::invalid_argument, with W unchanged, if the gain is not a finite number of W's type
/// or a tensor has another rank (dirac() is the identity of a convolution). A vector type doesn't
/// compile.
///
///     et::identity(recurrent);        // Le, Jaitly, Hinton: A simple way to initialize recurrent
///     et::identity(W, 0.5);           // networks of rectified linear units (2015)
///
/// As torch.nn.init.eye_, and with the gain Keras' Identity.
template <class T>
void identity(T&& W, double gain = 1.0) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (detail::Dense<Plain>) {
    static_assert(!Plain::IsVectorAtCompileTime, "eigentrain: a vector has no diagonal");
  }
  using S = detail::TargetScalar<T>;
  constexpr double most = std::numeric_limits<S>::max();
  const auto memory = detail::target_memory<T>(W);
  const Index rank = detail::extents(W).rank;
  require_in({-most, most}, gain, "identity", "gain");
  require(rank == 2, "identity: the tensor must have rank 2, got ", rank);
  detail::set_all(memory, S(0));
  const detail::Unfolding at = detail::unfold(W, {}, "identity");  // at(row, column)
  for (Index i = 0; i < at.out && i < at.rest; ++i) memory.data[at(i, i)] = static_cast<S>(gain);
}

}  // namespace eigentrain
