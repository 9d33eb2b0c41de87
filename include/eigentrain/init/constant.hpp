// SPDX-License-Identifier: MIT
// Every element the same.
#pragma once

#include "eigentrain/init/target.hpp"

namespace eigentrain {

/// Sets every element of W to `value`, which must be finite: biases to 0, gates to 1.
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
  for (Index run = 0; run < memory.outer; ++run) {
    S* values = memory.data + run * memory.stride;
    for (Index i = 0; i < memory.inner; ++i) values[i] = static_cast<S>(value);
  }
}

}  // namespace eigentrain
