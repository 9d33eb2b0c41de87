#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes adaptive.hpp: what the adaptive optimizers and the other frameworks' forms of them compute.

    python3 tests/golden/adaptive.py > tests/golden/adaptive.hpp

Needs PyTorch (1.13.1 made the committed file); the tests don't. The tensors, their targets and
the gradients are those of optimizers.py, float64 only. Every case runs 1,000 steps; of each snapshot,
every SAMPLE-th value from FIRST on is recorded, as the hexadecimal bits of the number.

Cases whose name begins with "torch" are PyTorch's own optimizers. The others are written here from the
equations of the framework that the name says, for one flat tensor, and share nothing with the library. NAdam is one of them, because PyTorch 1.13 takes one factor of the product of momentums twice
(corrected in 2.0) and keeps the product in float32; with both put in, the function below must give
PyTorch's own values, or the script stops.
"""

import math
import sys

import torch

from optimizers import GROUPS, NOISE, PULL, SHAPES, START, STEPS, TARGET, bits, tensors_of

SNAPSHOTS = [1, 2, 10, 100, 1000]
FIRST, SAMPLE = 1, 6


def flat(tensors):
    return torch.cat([t.flatten() for t in tensors])


def single(x):
    """x rounded to float32."""
    return torch.tensor(x, dtype=torch.float32).item()


FLAT_PULL, FLAT_TARGET, FLAT_NOISE = flat(PULL), flat(TARGET), [flat(noise) for noise in NOISE]
ZERO = torch.zeros_like(FLAT_TARGET)


def scheduled(rate, index):
    """Up from 0 in 256 steps, then down, as in optimizers.py."""
    return rate * (index / 256 if index < 256 else (1280 - index) / 1024)


def run_torch(kind, rate, schedule=False, grouped=False, weight_decay=None, **options):
    """The parameters after each step of SNAPSHOTS, flat."""
    parameters = [p.requires_grad_() for p in tensors_of(START, torch.float64)]
    groups = []
    for p, (decayed, scale, frozen) in zip(parameters, GROUPS):
        if not grouped:
            decayed, scale, frozen = True, 1.0, False
        group = dict(params=[p], scale=scale)
        if weight_decay is not None:
            group["weight_decay"] = weight_decay if decayed else 0.0
        if not frozen:
            groups.append(group)
    optimizer = getattr(torch.optim, kind)(groups, lr=rate, **options)
    snapshots = []
    for step in range(1, STEPS + 1):
        for p, pull, target, noise in zip(parameters, PULL, TARGET, NOISE[step - 1]):
            p.grad = pull * (p.detach() - target) + noise
        for group in optimizer.param_groups:
            group["lr"] = (scheduled(rate, step - 1) if schedule else rate) * group["scale"]
        optimizer.step()
        if step in SNAPSHOTS:
            snapshots.append(flat([p.detach() for p in parameters]).clone())
    return snapshots


def run_flat(make, rate, schedule=False, **options):
    p, update, snapshots = torch.tensor(START, dtype=torch.float64), make(**options), []
    for step in range(1, STEPS + 1):
        g = FLAT_PULL * (p - FLAT_TARGET) + FLAT_NOISE[step - 1]
        p = p - update(step, p, g, scheduled(rate, step - 1) if schedule else rate)
        if step in SNAPSHOTS:
            snapshots.append(p)
    return snapshots


def nadam(b1=0.9, b2=0.999, eps=1e-8, decay=4e-3, weight_decay=0.0, as_torch_1_13=False):
    m, v, product = 0.0, 0.0, 1.0

    def update(t, p, g, rate):
        nonlocal m, v, product
        g = g + weight_decay * p
        mu, following = (b1 * (1 - 0.5 * 0.96 ** (k * decay)) for k in (t, t + 1))
        product = single(product * single(mu)) if as_torch_1_13 else product * mu
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        root = torch.sqrt(v / (1 - b2 ** t)) + eps
        if as_torch_1_13:
            after = single(single(product * single(mu)) * single(following))
        else:
            after = product * following
        return rate * (1 - mu) / (1 - product) * g / root + rate * following / (1 - after) * m / root

    return update


def keras_nadam(b1=0.9, b2=0.999, eps=1e-7):
    """Dozat's schedule without PyTorch's 0.004."""
    m, v, product = 0.0, 0.0, 1.0

    def update(t, p, g, rate):
        nonlocal m, v, product
        u, following = b1 * (1 - 0.5 * 0.96 ** t), b1 * (1 - 0.5 * 0.96 ** (t + 1))
        product *= u
        m, v = m + (g - m) * (1 - b1), v + (g * g - v) * (1 - b2)
        m_hat = following * m / (1 - product * following) + (1 - u) * g / (1 - product)
        return rate * m_hat / (torch.sqrt(v / (1 - b2 ** t)) + eps)

    return update


def optax_nadam(b1=0.9, b2=0.999, eps=1e-8):
    m, v = 0.0, 0.0

    def update(t, p, g, rate):
        nonlocal m, v
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        m_hat = b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1 ** t)
        return rate * m_hat / (torch.sqrt(v / (1 - b2 ** t)) + eps)

    return update


def optax_radam(b1=0.9, b2=0.999, eps=1e-8):
    m, v, longest = 0.0, 0.0, 2 / (1 - b2) - 1

    def update(t, p, g, rate):
        nonlocal m, v
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        m_hat, v_hat = m / (1 - b1 ** t), v / (1 - b2 ** t)
        length = longest - 2 * t * b2 ** t / (1 - b2 ** t)
        if length < 5:
            return rate * m_hat
        r = math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        return rate * r * m_hat / (torch.sqrt(v_hat) + eps)

    return update


def keras_adam(b1=0.9, b2=0.999, eps=1e-7, amsgrad=False):
    m, v, largest = ZERO, ZERO, ZERO

    def update(t, p, g, rate):
        nonlocal m, v, largest
        alpha = rate * math.sqrt(1 - b2 ** t) / (1 - b1 ** t)
        m, v = m + (g - m) * (1 - b1), v + (g * g - v) * (1 - b2)
        largest = torch.maximum(largest, v)
        return m * alpha / (torch.sqrt(largest if amsgrad else v) + eps)

    return update


def mlx_adam(b1=0.9, b2=0.999, eps=1e-8):
    m, v = 0.0, 0.0

    def update(t, p, g, rate):
        nonlocal m, v
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g.square()
        return rate * m / (torch.sqrt(v) + eps)

    return update


def optax_adam(b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, amsgrad=False):
    m, v, largest = ZERO, ZERO, ZERO

    def update(t, p, g, rate):
        nonlocal m, v, largest
        m, v = (1 - b1) * g + b1 * m, (1 - b2) * g ** 2 + b2 * v
        m_hat, v_hat = m / (1 - b1 ** t), v / (1 - b2 ** t)
        largest = torch.maximum(largest, v_hat)
        return rate * m_hat / (torch.sqrt((largest if amsgrad else v_hat) + eps_root) + eps)

    return update


def keras_adamax(b1=0.9, b2=0.999, eps=1e-7):
    m, u = ZERO, ZERO

    def update(t, p, g, rate):
        nonlocal m, u
        m, u = m + (g - m) * (1 - b1), torch.maximum(b2 * u, g.abs())
        return rate * m / ((1 - b1 ** t) * (u + eps))

    return update


def keras_adagrad(initial=0.1, eps=1e-7):
    total = initial

    def update(t, p, g, rate):
        nonlocal total
        total = total + g * g
        return rate * g / torch.sqrt(total + eps)

    return update


def keras_rmsprop(rho=0.9, momentum=0.0, eps=1e-7, centered=False):
    """The rate is in the buffer, so that it differs from PyTorch's when the rate changes."""
    v, mean, buffer = 0.0, 0.0, 0.0

    def update(t, p, g, rate):
        nonlocal v, mean, buffer
        v, mean = rho * v + (1 - rho) * g * g, rho * mean + (1 - rho) * g
        increment = rate * g / torch.sqrt((v - mean * mean if centered else v) + eps)
        buffer = momentum * buffer + increment
        return buffer

    return update


def keras_sgd(momentum=0.9, nesterov=False):
    velocity = 0.0

    def update(t, p, g, rate):
        nonlocal velocity
        velocity = momentum * velocity - g * rate
        return -(velocity * momentum - g * rate) if nesterov else -velocity

    return update


TORCH = {
    "torch adagrad": ("Adagrad", 0.1, {}),
    "torch adagrad all": ("Adagrad", 0.2, dict(lr_decay=0.01, weight_decay=0.02, eps=1e-3, initial_accumulator_value=0.1)),
    "torch adagrad groups": ("Adagrad", 0.3, dict(weight_decay=0.1, lr_decay=1e-3, schedule=True, grouped=True)),
    "torch adadelta": ("Adadelta", 1.0, {}),
    "torch adadelta all": ("Adadelta", 0.5, dict(rho=0.95, eps=1e-3, weight_decay=0.05)),
    "torch adadelta groups": ("Adadelta", 2.0, dict(weight_decay=0.1, schedule=True, grouped=True)),
    "torch adamax": ("Adamax", 2e-3, {}),
    "torch adamax all": ("Adamax", 0.02, dict(betas=(0.8, 0.95), eps=1e-2, weight_decay=0.02)),
    "torch adamax groups": ("Adamax", 0.05, dict(weight_decay=0.1, schedule=True, grouped=True)),
    "torch radam": ("RAdam", 1e-3, {}),
    "torch radam all": ("RAdam", 0.02, dict(betas=(0.8, 0.9), eps=1e-3, weight_decay=0.02)),
    "torch radam never": ("RAdam", 0.02, dict(betas=(0.95, 0.6))),
    "torch radam groups": ("RAdam", 0.05, dict(weight_decay=0.1, schedule=True, grouped=True)),
    "torch rprop": ("Rprop", 1e-2, {}),
    "torch rprop all": ("Rprop", 0.05, dict(etas=(0.3, 1.5), step_sizes=(1e-3, 0.25))),
}

OTHERS = {
    "nadam": (nadam, 2e-3, {}),
    "nadam all": (nadam, 0.02, dict(b1=0.95, b2=0.98, eps=1e-3, decay=0.05, weight_decay=0.02)),
    "nadam scheduled": (nadam, 0.05, dict(b1=0.8, schedule=True)),
    "keras nadam": (keras_nadam, 0.01, {}),
    "optax nadam": (optax_nadam, 0.01, {}),
    "optax radam": (optax_radam, 0.02, dict(eps=1e-3)),
    "keras adam": (keras_adam, 0.01, dict(eps=1e-3)),
    "keras amsgrad": (keras_adam, 0.01, dict(b2=0.95, eps=1e-3, amsgrad=True)),
    "mlx adam": (mlx_adam, 0.01, {}),
    "optax adam root": (optax_adam, 0.01, dict(eps=1e-4, eps_root=1e-2)),
    "optax amsgrad": (optax_adam, 0.01, dict(b2=0.95, amsgrad=True)),
    "keras adamax": (keras_adamax, 0.01, dict(eps=1e-2)),
    "keras adagrad": (keras_adagrad, 0.1, dict(eps=1e-3)),
    "keras rmsprop": (keras_rmsprop, 0.005, dict(eps=1e-3)),
    "keras rmsprop centered": (keras_rmsprop, 0.005, dict(momentum=0.8, eps=1e-3, centered=True, schedule=True)),
    "keras sgd": (keras_sgd, 0.02, dict(schedule=True)),
    "keras sgd nesterov": (keras_sgd, 0.02, dict(nesterov=True, schedule=True)),
}


def check_nadam():
    """PyTorch 1.13's own NAdam, fault and all: the function above is the same but for the fault."""
    options = dict(weight_decay=0.02)
    ours = run_flat(nadam, 0.01, as_torch_1_13=True, **options)
    theirs = run_torch("NAdam", 0.01, foreach=False, **options)
    for a, b in zip(ours, theirs):
        assert (a - b).abs().max() < 1e-8, (a - b).abs().max()
    correct = run_flat(nadam, 0.01, **options)
    assert (correct[0] - theirs[0]).abs().max() > 1e-5


def main(out):
    check_nadam()
    print("// SPDX-License-Identifier: MIT", file=out)
    print(f"// Generated by adaptive.py with PyTorch {torch.__version__}; don't edit, run the script.", file=out)
    print("// clang-format off\n#pragma once\n\n#include <cstdint>\n\nnamespace golden::adaptive {\n", file=out)
    print(f"inline constexpr std::int64_t snapshots[] = {{{', '.join(map(str, SNAPSHOTS))}}};", file=out)
    print(f"/// Values first, first + sample, ... of all tensors' are recorded.", file=out)
    print(f"inline constexpr int first = {FIRST}, sample = {SAMPLE};\n", file=out)
    print("struct Case {\n  const char* name;", file=out)
    print(f"  const char* values[{len(SNAPSHOTS)}];  ///< 16 hexadecimal digits a value\n}};\n", file=out)
    print("inline constexpr Case cases[] = {", file=out)
    runs = [(name, run_torch(kind, rate, **options)) for name, (kind, rate, options) in TORCH.items()]
    runs += [(name, run_flat(make, rate, **options)) for name, (make, rate, options) in OTHERS.items()]
    for name, snapshots in runs:
        print(f'    {{"{name}",\n     {{', file=out)
        for values in snapshots:
            assert values.isfinite().all() and values.abs().max() < 100, name
            print(f'      "{bits(values[FIRST::SAMPLE].tolist(), torch.float64)}",', file=out)
        print("     }},", file=out)
    print("};\n\n}  // namespace golden::adaptive", file=out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.stdout)
