#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes ratio.hpp: LAMB, LARS, Muon and Adafactor from their papers' equations.

    python3 tests/golden/ratio.py > tests/golden/ratio.hpp

The tensors, gradients, rates, groups and what is recorded are those of optimizers.py, in float64; of
PyTorch only tensors and their products are used. The equations are written from:

LAMB: You et al. 2020, algorithm 2.  LARS: You, Gitman & Ginsburg 2017, algorithm 1, with the epsilon of
its ports; "outside" has the learning rate outside the buffer, "joint" the norm of g + lambda p together.
Muon: Jordan et al. 2024 in the form of torch.optim.Muon (2.9), without its rounding to bfloat16.
Adafactor: Shazeer & Stern 2018 in the form of torch.optim.Adafactor (2.5), and, as "paper", with the
epsilon of algorithms 4 and 5.
"""

import sys

import torch
from optimizers import GROUPS, NOISE, PULL, SNAPSHOTS, START, STEPS, TARGET, bits, rate, tensors_of

INF = float("inf")

CASES = [
    ("lamb", dict(learning_rate=0.01)),
    ("lamb", dict(learning_rate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-4, weight_decay=0.1, only_decayed=True,
                  scheduled=True, grouped=True)),
    ("lamb", dict(learning_rate=0.01, least_weight=0.75, most_weight=2.0, most_ratio=0.5)),
    ("lars", dict(learning_rate=1.0, trust_coefficient=0.01, weight_decay=0.02)),
    ("lars", dict(learning_rate=2.0, trust_coefficient=0.01, momentum=0.8, nesterov=True, weight_decay=0.05,
                  scheduled=True, grouped=True)),
    ("lars", dict(learning_rate=0.5, trust_coefficient=0.1, momentum=0.5, dampening=0.25, most_ratio=0.05,
                  only_decayed=True, grouped=True)),
    ("lars outside", dict(learning_rate=1.0, trust_coefficient=0.01, weight_decay=0.02, scheduled=True)),
    ("lars joint", dict(learning_rate=1.0, trust_coefficient=0.01, weight_decay=0.2)),
    ("muon", dict(learning_rate=0.01)),
    ("muon", dict(learning_rate=0.02, momentum=0.8, nesterov=False, weight_decay=0.3, match_adamw=True, rounds=3,
                  scheduled=True)),
    ("muon", dict(learning_rate=0.005, momentum=0.9, coefficients=(2.0, -1.5, 0.5), rounds=8, grouped=True)),
    ("adafactor", dict()),
    ("adafactor", dict(learning_rate=0.05, beta2_decay=-0.5, clip=2.0, weight_decay=0.1, epsilon2=0.1,
                       scheduled=True, grouped=True)),
    ("adafactor", dict(learning_rate=0.02, relative_step=False, scale_parameter=False, epsilon1=0.3)),
    ("adafactor paper", dict(learning_rate=0.01, epsilon1=1e-3)),
]

DEFAULTS = dict(learning_rate=0.01, momentum=None, dampening=0.0, nesterov=None, beta1=0.9, beta2=0.999, epsilon=None,
                weight_decay=None, scheduled=False, grouped=False, only_decayed=False, least_weight=0.0,
                most_weight=INF, most_ratio=INF, trust_coefficient=1e-3, match_adamw=False, rounds=5,
                coefficients=(3.4445, -4.7750, 2.0315), beta2_decay=-0.8, clip=1.0, epsilon1=None, epsilon2=1e-3,
                relative_step=True, scale_parameter=True)


def given(value, default):
    return default if value is None else value


def adam(state, g, t, o, epsilon):
    state["m"] = o["beta1"] * state.get("m", 0 * g) + (1 - o["beta1"]) * g
    state["v"] = o["beta2"] * state.get("v", 0 * g) + (1 - o["beta2"]) * g * g
    return (state["m"] / (1 - o["beta1"] ** t)) / ((state["v"] / (1 - o["beta2"] ** t)).sqrt() + epsilon)


def bounded(o, norm):
    return min(max(norm, o["least_weight"]), o["most_weight"])


def ratio(o, above, below, decayed):
    if above == 0 or below == 0 or (o["only_decayed"] and not decayed):
        return 1.0
    return min(o["most_ratio"], above / below)


def lamb(state, p, g, t, lr, o, decayed):
    u = adam(state, g, t, o, given(o["epsilon"], 1e-6))
    if decayed:
        u = u + given(o["weight_decay"], 0.01) * p
    return p - lr * ratio(o, bounded(o, p.norm().item()), u.norm().item(), decayed) * u


def lars(kind, state, p, g, t, lr, o, decayed):
    decay = given(o["weight_decay"], 0.0) if decayed else 0.0
    mu, tau, epsilon = given(o["momentum"], 0.9), o["dampening"], 1e-8
    below = (g + decay * p).norm().item() + epsilon if kind == "lars joint" else (
        g.norm().item() + decay * p.norm().item() + epsilon)
    u = ratio(o, o["trust_coefficient"] * p.norm().item(), below, decayed) * (g + decay * p)
    outside = kind == "lars outside"
    u = u if outside else lr * u
    state["b"] = u if t == 1 else mu * state["b"] + (1 - tau) * u
    u = u + mu * state["b"] if o["nesterov"] else state["b"]
    return p - (lr * u if outside else u)


def muon(state, p, g, t, lr, o, decayed):
    if p.dim() < 2:  # AdamW with its defaults, at the same rate
        u = adam(state, g, t, o, 1e-8)
        return p - lr * (u + 0.01 * p) if decayed else p - lr * u
    mu = given(o["momentum"], 0.95)
    state["b"] = mu * state.get("b", 0 * g) + (1 - mu) * g
    u = (1 - mu) * g + mu * state["b"] if given(o["nesterov"], True) else state["b"]
    x = u / max(u.norm().item(), 1e-7)
    a, b, c = o["coefficients"]
    for _ in range(o["rounds"]):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    rows, cols = p.shape
    adjusted = 0.2 * max(rows, cols) ** 0.5 if o["match_adamw"] else max(1, rows / cols) ** 0.5
    decay = given(o["weight_decay"], 0.1) if decayed else 0.0
    return p * (1 - lr * decay) - lr * adjusted * x


def adafactor(kind, state, p, g, t, lr, o, decayed):
    paper = kind == "adafactor paper"
    epsilon = given(o["epsilon1"], 2.0 ** -52)
    weight = t ** o["beta2_decay"]
    rho = min(lr, t ** -0.5) if o["relative_step"] else lr
    alpha = rho * (max(o["epsilon2"], (p * p).mean().item() ** 0.5) if o["scale_parameter"] else 1)
    squares = g * g + (epsilon if paper else 0)
    if p.dim() > 1:
        for name, axis in (("r", 1), ("c", 0)):
            state[name] = state.get(name, 0) * (1 - weight) + weight * squares.mean(dim=axis, keepdim=True)
        mean = state["r"].mean()
        v = state["r"] @ state["c"] / (mean if paper else mean.clamp(min=epsilon))
    else:
        state["v"] = state.get("v", 0) * (1 - weight) + weight * squares
        v = state["v"]
    u = g / (v if paper else v.clamp(min=epsilon * epsilon)).sqrt()
    p = p * (1 - lr * given(o["weight_decay"], 0.0)) if decayed else p
    return p - alpha / max(1.0, (u * u).mean().item() ** 0.5 / o["clip"]) * u


def run(kind, o):
    rule = dict(lamb=lamb, muon=muon).get(kind)
    if kind.startswith("lars"):
        rule = lambda *a: lars(kind, *a)
    if kind.startswith("adafactor"):
        rule = lambda *a: adafactor(kind, *a)
    parameters, states, snapshots = tensors_of(START, torch.float64), [{} for _ in GROUPS], []
    for step in range(1, STEPS + 1):
        lr = rate(o, step - 1)
        for i, (decayed, scale, frozen) in enumerate(GROUPS):
            if not o["grouped"]:
                decayed, scale, frozen = True, 1.0, False
            if not frozen:
                g = PULL[i] * (parameters[i] - TARGET[i]) + NOISE[step - 1][i]
                parameters[i] = rule(states[i], parameters[i], g, step, lr * scale, o, decayed)
        if step in SNAPSHOTS:
            snapshots.append([p.clone() for p in parameters])
    return snapshots


def write(out):
    print("// SPDX-License-Identifier: MIT", file=out)
    print("// Generated by ratio.py; don't edit, run the script.", file=out)
    print('// clang-format off\n#pragma once\n\n#include "golden/optimizers.hpp"\n\nnamespace golden {\n', file=out)
    print("/// What optimizers.hpp says of PyTorch's; the other options are in the test.", file=out)
    print("inline constexpr Case ratio_cases[] = {", file=out)
    for kind, chosen in CASES:
        o = dict(DEFAULTS, **chosen)
        flags = "".join(f", .{name} = true" for name in ("scheduled", "grouped") if o[name])
        print(f'    {{{{.optimizer = "{kind}", .learning_rate = {o["learning_rate"]}{flags}}},\n     {{', file=out)
        for snapshot in run(kind, o):
            print(f'      "{bits(snapshot)}",', file=out)
        print("     }, {}},", file=out)
    print("};\n\n}  // namespace golden", file=out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(sys.stdout)
