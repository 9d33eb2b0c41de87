#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes schedules_more.hpp, the rates and momenta of PyTorch's schedulers (PyTorch 1.13.1):

    tests/golden/schedules_more.py > tests/golden/schedules_more.hpp
"""
import warnings

import torch
from torch.optim import lr_scheduler as lr

warnings.simplefilter("ignore")


def numbers(name, values):
    print("inline constexpr double %s[] = {" % name)
    for i in range(0, len(values), 4):
        print("    " + " ".join("%.17g," % v for v in values[i:i + 4]))
    print("};\n")


def show(name, make, rate, steps, momentum=None):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate,
                                momentum=momentum or 0.0)
    scheduler = make(optimizer)
    rates, momenta = [], []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    numbers(name, rates)
    if momentum is not None:
        numbers(name + "_momentum", momenta)


def metrics(n, sign):
    """Falls, rests, falls; exact in binary, the same numbers as in the test."""
    values = []
    value = 64.0
    for k in range(n):
        if (k * k) % 7 in (1, 2) and k % 16 < 9:
            value -= 0.5 + (k % 5) * 0.25
        values.append(value + 0.125 * (k % 3))
    return [sign * v + (0 if sign > 0 else 200.0) for v in values]


def plateau(name, n, sign, **options):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = lr.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for metric in metrics(n, sign):
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    numbers(name, rates)


print("// SPDX-License-Identifier: MIT\n// Written by tests/golden/schedules_more.py with PyTorch %s. Do not edit.\n#pragma once\n"
      % torch.__version__.split("+")[0])
print("namespace golden::schedules {\n")

show("linear", lambda o: lr.LinearLR(o, 1.0, 0.125, 9), 0.3, 12)
show("polynomial", lambda o: lr.PolynomialLR(o, 12, 2.0), 0.3, 15)
show("polynomial_root", lambda o: lr.PolynomialLR(o, 12, 0.9), 0.3, 15)
show("multi_step", lambda o: lr.MultiStepLR(o, [3, 4, 9], 0.3), 0.7, 12)
for mult in 1, 2, 3:
    show("restarts_%d" % mult, lambda o: lr.CosineAnnealingWarmRestarts(o, 5, mult, 0.01), 0.4, 36)
for shape in "cos", "linear":
    for phases in 2, 3:
        show("one_cycle_%s_%d" % (shape, phases),
             lambda o: lr.OneCycleLR(o, 0.8, 37, pct_start=0.3, anneal_strategy=shape,
                                     div_factor=20.0, final_div_factor=50.0,
                                     three_phase=phases == 3), 0.1, 37, 0.9)
for mode in "triangular", "triangular2", "exp_range":
    show("cyclic_" + mode,
         lambda o: lr.CyclicLR(o, 0.01, 0.5, 4, 7, mode, 0.97 if mode == "exp_range" else 1.0,
                               base_momentum=0.8, max_momentum=0.9), 0.1, 40, 0.9)
show("joined", lambda o: lr.SequentialLR(o, [lr.ConstantLR(o, 1.0, 1), lr.ExponentialLR(o, 0.9),
                                             lr.StepLR(o, 2, 0.5)], [3, 8]), 0.4, 14)
show("product", lambda o: lr.ChainedScheduler([lr.ExponentialLR(o, 0.9),
                                               lr.StepLR(o, 3, 0.5)]), 0.4, 14)
plateau("plateau_min", 120, 1.0, factor=0.5, patience=2, threshold=0.01)
plateau("plateau_max", 120, -1.0, mode="max", factor=0.5, patience=3, threshold=0.001, cooldown=4)
plateau("plateau_absolute", 120, 1.0, factor=0.3, patience=1, threshold=0.6, threshold_mode="abs",
        cooldown=2, min_lr=0.004)
plateau("plateau_absolute_max", 120, -1.0, mode="max", factor=0.3, patience=0, threshold=1.1,
        threshold_mode="abs", eps=0.02)
print("}  // namespace golden::schedules")
