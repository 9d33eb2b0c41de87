// SPDX-License-Identifier: MIT
// Written by tests/golden/gains.py with PyTorch 1.13.0a0. Do not edit.
#pragma once

namespace golden::gains {

inline constexpr double linear = 1;
inline constexpr double conv1d = 1;
inline constexpr double conv2d = 1;
inline constexpr double conv3d = 1;
inline constexpr double conv_transpose2d = 1;
inline constexpr double sigmoid = 1;
inline constexpr double tanh = 1.6666666666666667;
inline constexpr double relu = 1.4142135623730951;
inline constexpr double selu = 0.75;
inline constexpr double leaky_relu = 1.4141428569978354;
inline constexpr double slopes[] = {0, 0.01, 0.20000000000000001, 1, -3, 2.2360679774997898};
inline constexpr double leaky_relus[] = {1.4142135623730951,  1.4141428569978354,
                                         1.3867504905630728,  1,
                                         0.44721359549995793, 0.57735026918962573};

}  // namespace golden::gains
