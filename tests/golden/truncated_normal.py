#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/truncated_normal.hpp: the moments of 16 million values that
torch.nn.init.trunc_normal_ drew (made with 1.13.1).

    python3 tests/golden/truncated_normal.py > tests/golden/truncated_normal.hpp
"""
import torch

CASES = [(0.0, 1.0, -2.0, 2.0), (0.0, 0.02, -2.0, 2.0), (0.5, 2.0, -1.0, 4.0),
         (1.0, 1.0, -0.5, 1.25), (0.0, 5.0, -1.0, 1.0)]

print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/truncated_normal.py with PyTorch %s. Do not edit.
#pragma once

namespace golden {

struct Truncated {
  double mean, std, low, high;
  double sample_mean, sample_variance;
};

inline constexpr Truncated truncated[] = {""" % torch.__version__)
torch.manual_seed(42)
values = torch.empty(16000000, dtype=torch.float64)
for case in CASES:
    torch.nn.init.trunc_normal_(values, *case)
    moments = (values.mean().item(), values.var(unbiased=False).item())
    print("    {%s}," % ", ".join("%.9g" % v for v in case + moments))
print("""};

}  // namespace golden""")
