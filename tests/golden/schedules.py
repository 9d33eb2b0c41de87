#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints PyTorch's rates that tests/schedule/*.cpp quote (made with PyTorch 1.13.1)."""
import warnings

import torch
from torch.optim.lr_scheduler import (CosineAnnealingLR, ExponentialLR, LinearLR, SequentialLR,
                                      StepLR)

warnings.simplefilter("ignore")


def show(name, make, rate, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    print(name + ":", ", ".join("%.17g" % r for r in rates))


show("cosine", lambda o: CosineAnnealingLR(o, 8, 0.1), 1.0, 9)
show("step", lambda o: StepLR(o, 3, 0.1), 0.5, 10)
show("exponential", lambda o: ExponentialLR(o, 0.9), 0.1, 7)
show("warm-up", lambda o: SequentialLR(o, [LinearLR(o, 1 / 4, 1.0, 3),
                                           CosineAnnealingLR(o, 6, 0.05)], [3]), 1.0, 10)
