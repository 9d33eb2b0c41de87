// SPDX-License-Identifier: MIT
// Every element uniform between two bounds.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/init/target.hpp"

namespace eigentrain {

/// Draws every element of W from U[low, high). The bounds are rounded to W's type; low = high gives
/// low everywhere.
///
/// W is a matrix, an array, an Eigen::Tensor or a view of any shape, and is filled in storage
/// order: down its columns, or along its rows if it is row-major. A block or a Map gets the values
/// that a matrix of its shape and storage order would get, whatever lies around it. Size 0 is left
/// alone. `random` is a Generator or any other RandomSource, such as std::mt19937.
///
/// Throws std::invalid_argument, with W and the generator unchanged, unless low ≤ high and both are
/// finite.
///
///     et::Generator random(42);
///     et::uniform(W, random, -0.05, 0.05);
///
/// As torch.nn.init.uniform_, except that `high` is never drawn.
template <class T, RandomSource Random>
void uniform(T&& W, Random& random, double low, double high) {
  const auto memory = detail::target_memory<T>(W);
  const auto draw = detail::uniform_draw<detail::TargetScalar<T>>(low, high, "uniform");
  detail::fill(memory, random, draw);
}

}  // namespace eigentrain
