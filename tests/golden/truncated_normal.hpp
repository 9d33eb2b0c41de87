// SPDX-License-Identifier: MIT
// Written by tests/golden/truncated_normal.py with PyTorch 1.13.0a0. Do not edit.
#pragma once

namespace golden {

struct Truncated {
  double mean, std, low, high;
  double sample_mean, sample_variance;
};

inline constexpr Truncated truncated[] = {
    {0, 1, -2, 2, -3.04056479e-05, 0.773837585}, {0, 0.02, -2, 2, -7.25501262e-06, 0.000400020753},
    {0.5, 2, -1, 4, 1.0863594, 1.60117844},      {1, 1, -0.5, 1.25, 0.516663439, 0.219269905},
    {0, 5, -1, 1, -2.0940696e-05, 0.331681459},
};

}  // namespace golden
