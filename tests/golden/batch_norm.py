#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/batch_norm.hpp: what PyTorch's BatchNorm1d computes (made with 1.13.1).

    python3 tests/golden/batch_norm.py > tests/golden/batch_norm.hpp

Features x samples, column by column. Three training batches in double precision; the outputs and
the gradients are those of the last one, the running statistics those after it.
"""
import torch

FEATURES, SAMPLES, BATCHES = 5, 7, 3


def value(i, scale, offset):
    """Pseudo-random but written down in one line: multiples of 1/64."""
    return offset + scale * ((i * i * 31 + i * 7919 + 13) % 257 - 128) / 64.0


def matrix(seed):
    data = [value(seed * 1000 + i, 1.0 + i % FEATURES, 10.0 * (i % FEATURES - 2))
            for i in range(FEATURES * SAMPLES)]
    return torch.tensor(data, dtype=torch.float64).view(SAMPLES, FEATURES)


def show(name, tensor):
    values = ["%.17g" % v for v in tensor.detach().reshape(-1).tolist()]
    print("inline constexpr double %s[] = {%s};" % (name, ", ".join(values)))


def run(name, momentum, epsilon):
    norm = torch.nn.BatchNorm1d(FEATURES, eps=epsilon, momentum=momentum, dtype=torch.float64)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.5, -0.5, 2.0, 0.25, 1.0], dtype=torch.float64))
        norm.bias.copy_(torch.tensor([0.5, -1.0, 0.0, 3.0, 0.125], dtype=torch.float64))
    for batch in range(BATCHES):
        x = matrix(batch).requires_grad_()
        norm.zero_grad()
        y = norm(x)
        y.backward(matrix(100 + batch))
    print("\nnamespace %s {" % name)
    show("output", y)
    show("input_gradient", x.grad)
    show("gamma_gradient", norm.weight.grad)
    show("beta_gradient", norm.bias.grad)
    show("running_mean", norm.running_mean)
    show("running_variance", norm.running_var)
    norm.eval()
    show("evaluated", norm(matrix(7)))
    print("}  // namespace %s" % name)


print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/batch_norm.py with PyTorch %s. Do not edit.
#pragma once

// clang-format off
namespace golden::batch_norm {

inline constexpr int features = %d, samples = %d, batches = %d;
inline constexpr double gamma[] = {1.5, -0.5, 2.0, 0.25, 1.0};
inline constexpr double beta[] = {0.5, -1.0, 0.0, 3.0, 0.125};""" %
      (torch.__version__, FEATURES, SAMPLES, BATCHES))
run("usual", 0.1, 1e-5)
run("cumulative", None, 1e-3)
print("""
}  // namespace golden::batch_norm
// clang-format on""")
