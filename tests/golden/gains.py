#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/gains.hpp: the values of torch.nn.init.calculate_gain (made with 1.13.1).

    python3 tests/golden/gains.py > tests/golden/gains.hpp
"""
import torch
from torch.nn.init import calculate_gain

NAMES = ["linear", "conv1d", "conv2d", "conv3d", "conv_transpose2d", "sigmoid", "tanh", "relu",
         "selu", "leaky_relu"]
SLOPES = [0.0, 0.01, 0.2, 1.0, -3.0, 5.0 ** 0.5]

print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/gains.py with PyTorch %s. Do not edit.
#pragma once

namespace golden::gains {
""" % torch.__version__)
for name in NAMES:
    print("inline constexpr double %s = %.17g;" % (name, calculate_gain(name)))
print("inline constexpr double slopes[] = {%s};" % ", ".join("%.17g" % s for s in SLOPES))
print("inline constexpr double leaky_relus[] = {%s};"
      % ", ".join("%.17g" % calculate_gain("leaky_relu", s) for s in SLOPES))
print("""
}  // namespace golden::gains""")
