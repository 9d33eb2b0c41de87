// SPDX-License-Identifier: MIT
// What to multiply weights by for the nonlinearity that follows them.
#pragma once

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/functions.hpp"

/// The factors by which weights make up for what the nonlinearity after them does to the variance;
/// the values of torch.nn.init.calculate_gain. They go into the options of Xavier's and He's
/// weights:
///
///     et::xavier_uniform(W, random, {.gain = et::gains::tanh});
namespace eigentrain::gains {

inline constexpr double linear = 1.0;               ///< no nonlinearity
inline constexpr double conv = 1.0;                 ///< convolutions of any rank, transposed or not
inline constexpr double sigmoid = 1.0;              ///< 1, as PyTorch has it
inline constexpr double tanh = 5.0 / 3.0;           ///< 5/3, as PyTorch has it
inline constexpr double relu = 1.4142135623730951;  ///< √2: half of the variance passes
/// Found by trial at PyTorch. Self-normalizing networks want a gain of 1, LeCun's weights.
inline constexpr double selu = 0.75;

/// √(2 / (1 + slope²)), for a leaky ReLU with this slope below 0. Throws std::invalid_argument
/// unless the slope is finite.
EIGENTRAIN_NOINLINE inline double leaky_relu(double slope = 0.01) {
  require_in(ranges::finite, slope, "gains::leaky_relu", "slope");
  return sqrt(Exact(2) / (Exact(1) + Exact(slope) * Exact(slope)))[0];
}

}  // namespace eigentrain::gains
