// SPDX-License-Identifier: MIT
// Every element normal.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/init/target.hpp"

namespace eigentrain {

/// Draws every element of W from N(mean, std²); a standard deviation of 0 gives the mean. What W
/// and `random` may be and the order of the elements: as uniform().
///
/// Throws std::invalid_argument, with W and the generator unchanged, unless the mean is finite and
/// std is finite and not negative (and no value can overflow W's type).
///
///     et::normal(embedding, random, 0.0, 0.02);
///
/// As torch.nn.init.normal_.
template <class T, RandomSource Random>
void normal(T&& W, Random& random, double mean, double std) {
  const auto memory = detail::target_memory<T>(W);
  const auto draw = detail::normal_draw<detail::TargetScalar<T>>(mean, std, "normal");
  detail::fill(memory, random, draw);
}

}  // namespace eigentrain
