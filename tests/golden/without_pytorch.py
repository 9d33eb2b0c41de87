#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes without_pytorch.hpp: what the optimizers that PyTorch hasn't got compute.

    python3 tests/golden/without_pytorch.py > tests/golden/without_pytorch.hpp

Needs NumPy; the tests don't. Each optimizer is written here from the equations of its paper and of
its authors' code, in float64 and in the form that is nearest to the text: every mean is a variable
that starts where the text says, hats are hats, schedule-free methods keep x, y and z apart, Prodigy
keeps its starting point. The library folds and rearranges all that, so that agreement is no accident.

    Signum         Bernstein et al. 2018; MXNet's Signum
    Lion           Chen et al. 2023, algorithm 2; google/automl, lion_pytorch.py
    AdaBelief      Zhuang et al. 2020, algorithm 2; juntang-zhuang/Adabelief-Optimizer 0.2.1
    Yogi           Zaheer et al. 2018, algorithm 2; jettify/pytorch-optimizer, but for m = 0 at first
    Adan           Xie et al. 2022, algorithm 1; sail-sg/Adan
    ScheduleFree*  Defazio et al. 2024, equations 3 to 5 and algorithm 1; facebookresearch/schedule_free
    Prodigy        Mishchenko & Defazio 2023, algorithm 4; konstmish/prodigy

Tensors, gradients and the learning rate of a `scheduled` case are those of optimizers.py, where they
are explained. A few elements of each tensor are written down after the steps of SNAPSHOTS.
"""

import math
import sys

import numpy as np

SIZES = [12, 7, 1, 33, 25]
TOTAL = sum(SIZES)
TENSOR = np.repeat(range(len(SIZES)), SIZES)
SAMPLES = [0, 5, 11, 12, 18, 19, 20, 36, 52, 53, 65, 77]
SNAPSHOTS = [1, 2, 10, 100, 1000]
GROUPS = [(True, 1.0, False), (False, 1.0, False), (True, 0.25, False), (True, 1.0, True), (False, 2.0, False)]


def mixed(step, index):
    x = (step * 0x9E3779B1 + index * 0x85EBCA77 + 0x165667B1) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def centered(step):
    return np.array([(mixed(step, i) >> 20) / 2048 - 1 for i in range(TOTAL)])


PULL = np.array([2.0 ** -(i % 3) for i in range(TOTAL)])
START = 2 * centered(1_000_000)
TARGET = 2 * centered(1_000_001)
NOISE = {step: centered(step) for step in range(1, max(SNAPSHOTS) + 1)}


def average(old, new, beta):
    """A running mean."""
    return beta * old + (1 - beta) * new


class Signum:
    def __init__(self, momentum=0.9, weight_decay=0.0):
        self.__dict__.update(locals())
        self.m = 0.0

    def step(self, p, g, lr, decayed):
        self.m = average(self.m, g + self.weight_decay * decayed * p, self.momentum)
        return p - lr * np.sign(self.m)


class Lion:
    def __init__(self, beta1=0.9, beta2=0.99, weight_decay=0.0):
        self.__dict__.update(locals())
        self.m = 0.0

    def step(self, p, g, lr, decayed):
        c = average(self.m, g, self.beta1)
        self.m = average(self.m, g, self.beta2)
        return p * (1 - lr * self.weight_decay * decayed) - lr * np.sign(c)


class AdaBelief:
    def __init__(self, beta1=0.9, beta2=0.999, epsilon=1e-16, weight_decay=0.0, rectify=False):
        self.__dict__.update(locals())
        self.t, self.m, self.s = 0, 0.0, 0.0

    def step(self, p, g, lr, decayed):
        self.t += 1
        self.m = average(self.m, g, self.beta1)
        self.s = average(self.s, (g - self.m) ** 2, self.beta2) + self.epsilon
        m_hat = self.m / (1 - self.beta1 ** self.t)
        p = p * (1 - lr * self.weight_decay * decayed)
        if not self.rectify:
            return p - lr * m_hat / (np.sqrt(self.s / (1 - self.beta2 ** self.t)) + self.epsilon)
        power = self.beta2 ** self.t
        rho_end = 2 / (1 - self.beta2) - 1
        rho = rho_end - 2 * self.t * power / (1 - power)
        if rho < 5:
            return p - lr * m_hat
        factor = math.sqrt((1 - power) * (rho - 4) / (rho_end - 4) * (rho - 2) / rho * rho_end / (rho_end - 2))
        return p - lr * factor * m_hat / (np.sqrt(self.s) + self.epsilon)


class Yogi:
    def __init__(self, beta1=0.9, beta2=0.999, epsilon=1e-3, initial=1e-6, bias_correction=True, weight_decay=0.0):
        self.__dict__.update(locals())
        self.t, self.m, self.v = 0, 0.0, initial

    def step(self, p, g, lr, decayed):
        self.t += 1
        g = g + self.weight_decay * decayed * p
        self.m = average(self.m, g, self.beta1)
        self.v = self.v - (1 - self.beta2) * np.sign(self.v - g ** 2) * g ** 2
        m_hat, v_hat = self.m, self.v
        if self.bias_correction:
            m_hat, v_hat = self.m / (1 - self.beta1 ** self.t), self.v / (1 - self.beta2 ** self.t)
        return p - lr * m_hat / (np.sqrt(v_hat) + self.epsilon)


class Adan:
    def __init__(self, beta1=0.98, beta2=0.92, beta3=0.99, epsilon=1e-8, weight_decay=0.0, no_prox=False):
        self.__dict__.update(locals())
        self.t, self.m, self.v, self.n, self.previous = 0, 0.0, 0.0, 0.0, None

    def step(self, p, g, lr, decayed):
        self.t += 1
        change = np.zeros_like(g) if self.previous is None else g - self.previous
        self.previous = g
        self.m = average(self.m, g, self.beta1)
        self.v = average(self.v, change, self.beta2)
        self.n = average(self.n, (g + self.beta2 * change) ** 2, self.beta3)
        m_hat = self.m / (1 - self.beta1 ** self.t)
        v_hat = self.v / (1 - self.beta2 ** self.t)
        u = (m_hat + self.beta2 * v_hat) / (np.sqrt(self.n / (1 - self.beta3 ** self.t)) + self.epsilon)
        decay = self.weight_decay * decayed
        return p * (1 - lr * decay) - lr * u if self.no_prox else (p - lr * u) / (1 + lr * decay)


class ScheduleFree:
    """Keeps x and z and hands out y; the direction is that of SGD, or with `beta2` of AdamW."""

    def __init__(self, beta1=0.9, beta2=None, epsilon=1e-8, weight_decay=0.0, warmup_steps=0, r=0.0,
                 weight_lr_power=2.0):
        self.__dict__.update(locals())
        self.t, self.x, self.z, self.v, self.lr_max, self.weight_sum = 0, None, None, 0.0, 0.0, 0.0

    def step(self, y, g, lr, decayed):
        self.t += 1
        if self.x is None:
            self.x, self.z = y.copy(), y.copy()
        if self.beta2 is not None:
            self.v = average(self.v, g ** 2, self.beta2)
            g = g / (np.sqrt(self.v / (1 - self.beta2 ** self.t)) + self.epsilon)
        lr = lr * min(1.0, self.t / max(1, self.warmup_steps))
        self.z = self.z - lr * (g + self.weight_decay * decayed * y)
        # With rates that differ by constant factors, the weights have the same ratios for all.
        self.lr_max = np.maximum(self.lr_max, lr)
        weight = self.t ** self.r * self.lr_max ** self.weight_lr_power
        self.weight_sum = self.weight_sum + weight
        with np.errstate(invalid="ignore"):
            c = np.where(self.weight_sum > 0, weight / self.weight_sum, 0.0)
        self.x = (1 - c) * self.x + c * self.z
        return (1 - self.beta1) * self.z + self.beta1 * self.x


class Prodigy:
    def __init__(self, beta1=0.9, beta2=0.999, beta3=None, epsilon=1e-8, weight_decay=0.0, d0=1e-6, d_coef=1.0,
                 growth_rate=math.inf, bias_correction=False, safeguard_warmup=False, decouple=True):
        self.__dict__.update(locals())
        self.beta3 = math.sqrt(beta2) if beta3 is None else beta3
        self.t, self.p0, self.m, self.v, self.s, self.r = 0, None, 0.0, 0.0, 0.0, 0.0
        self.d = self.d_max = d0

    def step(self, p, g, lr, decayed):
        scale = SCALES  # only of the step: the authors' code has none
        eta = lr[0] / scale[0]
        if self.p0 is None:
            self.p0 = p.copy()
        if eta == 0:
            return p
        d, decay = self.d, self.weight_decay * decayed
        if not self.decouple:
            g, decay = g + decay * p, 0.0
        self.t += 1
        rate = d * eta
        if self.bias_correction:
            rate *= math.sqrt(1 - self.beta2 ** self.t) / (1 - self.beta1 ** self.t)
        self.r = self.beta3 * self.r + d / self.d0 * rate * math.fsum(g * (self.p0 - p))
        self.s = self.beta3 * self.s + d / self.d0 * (d if self.safeguard_warmup else rate) * g
        self.m = self.beta1 * self.m + (1 - self.beta1) * d * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * d ** 2 * g ** 2
        hat = self.d_coef * self.r / math.fsum(np.abs(self.s))
        new = max(d, hat) if d == self.d0 else d
        self.d_max = max(self.d_max, hat)
        self.d = min(self.d_max, new * self.growth_rate)
        return p - rate * scale * (self.m / (np.sqrt(self.v) + self.d * self.epsilon) + decay * p)


CASES = [
    ("Signum", 0.001, {}, Signum()),
    ("Signum plain", 0.01, {}, Signum(momentum=0.0)),
    ("Signum decay", 0.002, dict(grouped=True), Signum(momentum=0.95, weight_decay=0.1)),
    ("Lion", 1e-4, {}, Lion()),
    ("Lion decay", 0.005, dict(scheduled=True), Lion(beta1=0.95, beta2=0.98, weight_decay=0.3)),
    ("Lion groups", 0.005, dict(grouped=True), Lion(weight_decay=1.0)),
    ("AdaBelief", 1e-3, {}, AdaBelief()),
    ("AdaBelief decay", 0.01, dict(grouped=True), AdaBelief(beta1=0.8, beta2=0.99, epsilon=1e-8, weight_decay=0.2)),
    ("AdaBelief rectify", 0.01, dict(scheduled=True), AdaBelief(rectify=True, weight_decay=0.1)),
    ("AdaBelief rectify fast", 0.01, {}, AdaBelief(beta2=0.95, epsilon=1e-6, rectify=True)),
    ("Yogi", 0.01, {}, Yogi()),
    ("Yogi paper", 0.01, dict(scheduled=True), Yogi(bias_correction=False, initial=0.5)),
    ("Yogi decay", 0.01, dict(grouped=True), Yogi(beta1=0.8, beta2=0.98, epsilon=1e-2, initial=0.0, weight_decay=0.1)),
    ("Adan", 1e-3, {}, Adan()),
    ("Adan prox", 0.01, dict(grouped=True), Adan(weight_decay=0.5)),
    ("Adan no_prox", 0.01, dict(scheduled=True), Adan(beta1=0.9, beta2=0.8, beta3=0.95, epsilon=1e-4, weight_decay=0.2,
                                                      no_prox=True)),
    ("ScheduleFreeSgd", 1.0, {}, ScheduleFree()),
    ("ScheduleFreeSgd all", 0.3, dict(grouped=True),
     ScheduleFree(beta1=0.8, weight_decay=0.05, warmup_steps=50, r=1.0, weight_lr_power=1.0)),
    ("ScheduleFreeSgd scheduled", 0.5, dict(scheduled=True), ScheduleFree(beta1=0.95, r=0.5, weight_lr_power=1.5)),
    ("ScheduleFreeAdamW", 0.0025, {}, ScheduleFree(beta2=0.999)),
    ("ScheduleFreeAdamW all", 0.02, dict(grouped=True),
     ScheduleFree(beta1=0.98, beta2=0.95, epsilon=1e-4, weight_decay=0.1, warmup_steps=200, weight_lr_power=0.0)),
    ("Prodigy", 1.0, {}, Prodigy()),
    ("Prodigy decay", 1.0, dict(grouped=True), Prodigy(weight_decay=0.1, bias_correction=True)),
    ("Prodigy scheduled", 0.5, dict(scheduled=True), Prodigy(safeguard_warmup=True, d_coef=2.0, d0=1e-4)),
    ("Prodigy slow", 1.0, {}, Prodigy(growth_rate=1.02, beta1=0.8, beta2=0.99, beta3=0.9, d0=1e-3, epsilon=1e-6)),
    ("Prodigy coupled", 1.0, {}, Prodigy(weight_decay=0.05, decouple=False)),
]


def run(rate, scheduled, grouped, optimizer):
    global SCALES
    groups = GROUPS if grouped else [(True, 1.0, False)] * len(SIZES)
    active = np.array([not groups[t][2] for t in TENSOR])
    decayed = np.array([float(groups[t][0]) for t in TENSOR])[active]
    SCALES = np.array([groups[t][1] for t in TENSOR])[active]
    p = START.copy()
    snapshots = []
    for step in range(1, max(SNAPSHOTS) + 1):
        g = PULL * (p - TARGET) + NOISE[step]
        index = step - 1
        factor = 1.0 if not scheduled else index / 256 if index < 256 else (1280 - index) / 1024
        p[active] = optimizer.step(p[active], g[active], rate * factor * SCALES, decayed)
        if step in SNAPSHOTS:
            snapshots.append(p[SAMPLES].copy())
    if isinstance(optimizer, ScheduleFree):
        p[active] = optimizer.x
        snapshots.append(p[SAMPLES].copy())
    return snapshots


def write(out):
    print("// SPDX-License-Identifier: MIT", file=out)
    print("// Generated by without_pytorch.py; don't edit, run the script.", file=out)
    print("// clang-format off\n#pragma once\n\n#include <cstdint>\n\nnamespace golden {\n", file=out)
    print(f"inline constexpr int sampled_elements[] = {{{', '.join(map(str, SAMPLES))}}};", file=out)
    print(f"inline constexpr std::int64_t sampled_steps[] = {{{', '.join(map(str, SNAPSHOTS))}}};\n", file=out)
    print("/// The sampled elements after each of the sampled steps; of schedule-free methods, the averages too.", file=out)
    print(f"struct SampledRun {{\n  const char* name;\n  double rate;\n  bool scheduled, grouped;\n"
          f"  double values[{len(SNAPSHOTS) + 1}][{len(SAMPLES)}];\n}};\n", file=out)
    print("inline constexpr SampledRun sampled_runs[] = {", file=out)
    for name, rate, how, optimizer in CASES:
        scheduled, grouped = how.get("scheduled", False), how.get("grouped", False)
        print(f'    {{"{name}", {rate}, {str(scheduled).lower()}, {str(grouped).lower()}, {{', file=out)
        for snapshot in run(rate, scheduled, grouped, optimizer):
            print(f"        {{{', '.join(map(repr, map(float, snapshot)))}}},", file=out)
        print("    }},", file=out)
    print("};\n\n}  // namespace golden", file=out)


if __name__ == "__main__":
    write(sys.stdout)
