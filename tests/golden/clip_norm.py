#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/clip_norm.hpp: what torch.nn.utils.clip_grad_norm_ returns and leaves for
several orders of the norm (made with 1.13.1).

    python3 tests/golden/clip_norm.py > tests/golden/clip_norm.hpp

Double precision, over two tensors together. The limits are three quarters of the norm, one
quarter, and more than all of it.
"""
import math

import torch

SIZES = (15, 4)
ORDERS = (1.0, 2.0, 3.5, math.inf)
SHARES = (0.75, 0.25, 1.5)


def value(i):
    """Pseudo-random but written down in one line: multiples of 1/64."""
    return ((i * i * 31 + i * 7919 + 13) % 257 - 128) / 64.0


def number(x):
    return "infinity" if x == math.inf else "%.17g" % x


def gradients():
    total, tensors = 0, []
    for size in SIZES:
        tensor = torch.zeros(size, dtype=torch.float64, requires_grad=True)
        tensor.grad = torch.tensor([value(total + i) for i in range(size)], dtype=torch.float64)
        total += size
        tensors.append(tensor)
    return tensors


print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/clip_norm.py with PyTorch %s. Do not edit.
#pragma once

#include <limits>

namespace golden::clip_norm {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr int first = %d, second = %d, count = %d;

// clang-format off
inline constexpr double gradient[] = {%s};

struct Case {
  double order;
  double max_norm;
  double norm;  ///< before clipping
  double clipped[count];
};

inline constexpr Case cases[] = {""" % (torch.__version__, *SIZES, sum(SIZES), ", ".join(
    number(value(i)) for i in range(sum(SIZES)))))
for order in ORDERS:
    norm = torch.nn.utils.clip_grad_norm_(gradients(), 1.0, order).item()
    for share in SHARES:
        tensors = gradients()
        limit = round(share * norm * 64) / 64  # the same number in float
        before = torch.nn.utils.clip_grad_norm_(tensors, limit, order).item()
        values = [number(x) for tensor in tensors for x in tensor.grad.tolist()]
        print("    {%s, %s, %s, {%s}}," % (number(order), number(limit), number(before),
                                         ", ".join(values)))
print("""};
// clang-format on

}  // namespace golden::clip_norm""")
