// SPDX-License-Identifier: MIT
// What to multiply weights by for the nonlinearity that follows them.
#pragma once

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/functions.hpp"

namespace eigentrain::gains {

/// The factors by which weights make up for what the nonlinearity after them does to the variance;
/// the values of torch.nn.init.calculate_gain.
inline constexpr double linear = 1.0;
inline constexpr double sigmoid = 1.0;
inline constexpr double tanh = 5.0 / 3.0;
inline constexpr double relu = 1.4142135623730951;  // √2: half of the variance passes
inline constexpr double selu = 0.75;

/// √(2 / (1 + slope²)), for a leaky ReLU with this slope below 0. Throws std::invalid_argument
/// unless the slope is finite.
inline double leaky_relu(double slope = 0.01) {
  require_in(ranges::finite, slope, "gains::leaky_relu", "slope");
  return sqrt(Exact(2) / (Exact(1) + Exact(slope) * Exact(slope)))[0];
}

}  // namespace eigentrain::gains
