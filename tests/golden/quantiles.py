#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/quantiles.hpp: torch.quantile, linear as NumPy's (made with 1.13.1).

    python3 tests/golden/quantiles.py > tests/golden/quantiles.hpp
"""
import torch

VALUES = [3.25, -1.5, 0.1, 7.75, 2.2, 1e-3, 11.0, 2.2, 5.5, 0.3, -4.125]

print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/quantiles.py with PyTorch %s. Do not edit.
#pragma once

namespace golden::quantiles {
""" % torch.__version__)
print("inline constexpr double values[] = {%s};" % ", ".join("%.17g" % v for v in VALUES))
print("""
/// The quantile q of the first `count` values.
struct Quantile {
  int count;
  double q, value;
};
inline constexpr Quantile expected[] = {""")
for count in (1, 2, 3, 7, 11):
    for q in (0.0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.6, 0.9, 0.99, 1.0):
        value = torch.quantile(torch.tensor(VALUES[:count], dtype=torch.float64), q).item()
        print("    {%d, %.17g, %.17g}," % (count, q, value))
print("""};

}  // namespace golden::quantiles""")
