#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/norms.hpp: what PyTorch's normalizations compute (made with 1.13.1).

    python3 tests/golden/norms.py > tests/golden/norms.hpp

Batches are N x C x H x W in memory, in double precision: the outputs and gradients of one forward
and backward pass, and for batch norm the running statistics and the evaluation after two of them,
for instance norm that tracks them as well.
RMS norm, which 1.13 lacks, is put together from tensor operations and differentiated by autograd.
"""
import torch

SAMPLES, CHANNELS, HEIGHT, WIDTH = 3, 6, 2, 5


def batch(seed):
    size = SAMPLES * CHANNELS * HEIGHT * WIDTH
    data = [((k * k * 31 + k * 7919 + 13) % 257 - 128) / 32.0 + 0.5 * (i % 7)
            for i, k in ((i, seed * 1000 + i) for i in range(size))]
    return torch.tensor(data, dtype=torch.float64).view(SAMPLES, CHANNELS, HEIGHT, WIDTH)


def show(name, tensor):
    values = ["%.17g" % v for v in tensor.detach().reshape(-1).tolist()]
    print("inline constexpr double %s[] = {%s};" % (name, ", ".join(values)))


def vectors_last(norm):
    """A normalization of the last axis, along the channels."""
    return lambda x: norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Rms(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(CHANNELS, dtype=torch.float64))

    def forward(self, x):
        return self.weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6)


def run(name, norm, apply=None):
    apply = apply or norm
    with torch.no_grad():
        for f in range(CHANNELS):
            norm.weight[f] = 1.5 - 0.5 * f
            if getattr(norm, "bias", None) is not None:
                norm.bias[f] = 0.25 * f - 0.5
    running = getattr(norm, "running_mean", None) is not None
    for step in range(2 if running else 1):
        norm.zero_grad()
        x = batch(step).requires_grad_()
        y = apply(x)
        y.backward(batch(100 + step))
    print("\nnamespace %s {" % name)
    show("output", y)
    show("input_gradient", x.grad)
    show("gamma_gradient", norm.weight.grad)
    if getattr(norm, "bias", None) is not None:
        show("beta_gradient", norm.bias.grad)
    if running:
        show("running_mean", norm.running_mean)
        show("running_variance", norm.running_var)
        norm.eval()
        norm.zero_grad()
        x = batch(7).requires_grad_()
        y = norm(x)
        show("frozen_output", y)
        if isinstance(norm, torch.nn.BatchNorm2d):
            y.backward(batch(107))
            show("frozen_input_gradient", x.grad)
            show("frozen_gamma_gradient", norm.weight.grad)
    print("}  // namespace %s" % name)


print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/norms.py with PyTorch %s. Do not edit.
#pragma once

// clang-format off
namespace golden::norms {

inline constexpr int samples = %d, channels = %d, height = %d, width = %d;""" %
      (torch.__version__, SAMPLES, CHANNELS, HEIGHT, WIDTH))
run("batch_norm", torch.nn.BatchNorm2d(CHANNELS, dtype=torch.float64))
norm = torch.nn.LayerNorm(CHANNELS, dtype=torch.float64)
run("layer_norm", norm, vectors_last(norm))
norm = Rms()
run("rms_norm", norm, vectors_last(norm))
run("group_norm", torch.nn.GroupNorm(3, CHANNELS, dtype=torch.float64))
run("instance_norm", torch.nn.InstanceNorm2d(CHANNELS, affine=True, dtype=torch.float64))
run("tracking_instance_norm", torch.nn.InstanceNorm2d(CHANNELS, affine=True, dtype=torch.float64,
                                                      track_running_stats=True))
print("""
}  // namespace golden::norms
// clang-format on""")
