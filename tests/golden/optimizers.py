#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes optimizers.hpp: what PyTorch's optimizers compute, for the tests to compare with.

    python3 tests/golden/optimizers.py > tests/golden/optimizers.hpp

Needs PyTorch (python3-torch, 1.13.1 made the committed file); the tests don't. Every case runs 1,000
steps on five tensors. After the steps of SNAPSHOTS it records the first value, the last value and
the sum of the values of every tensor of the run in float64, as the hexadecimal bits of the numbers,
so that nothing is lost in writing them down; and how far PyTorch's own run in float32 is from it by
then, at the worst of all values.

The gradient is a pull toward a target plus noise, g = a (p - target) + noise(step, i), evaluated in
double and rounded once to the scalar type. Everything in it is a small multiple of a power of two
and a itself is a power of two, so that the product is exact: C++ computes the same bits whether or
not its compiler fuses the multiplication into the addition. PyTorch's random numbers play no part.
"""

import math
import struct
import sys

import torch

SHAPES = [(3, 4), (7,), (1,), (33,), (5, 5)]
SNAPSHOTS = [1, 2, 10, 100, 1000]
STEPS = 1000

# For each tensor of a case with groups: is it decayed, the scale of its learning rate, is it frozen.
GROUPS = [(True, 1.0, False), (False, 1.0, False), (True, 0.25, False), (True, 1.0, True), (False, 2.0, False)]

CASES = [
    ("sgd", dict(learning_rate=0.05)),
    ("sgd", dict(learning_rate=0.05, weight_decay=0.02)),
    ("sgd", dict(learning_rate=0.02, momentum=0.9)),
    ("sgd", dict(learning_rate=0.02, momentum=0.8, dampening=0.25, weight_decay=0.01)),
    ("sgd", dict(learning_rate=0.01, momentum=0.9, nesterov=True, weight_decay=0.05)),
    ("sgd", dict(learning_rate=0.03, momentum=0.9, nesterov=True, scheduled=True)),
    ("sgd", dict(learning_rate=0.01, momentum=0.7, weight_decay=0.1, grouped=True)),
    ("rms_prop", dict(learning_rate=0.01, alpha=0.99)),
    ("rms_prop", dict(learning_rate=0.003, alpha=0.9, epsilon=1e-3, momentum=0.9)),
    ("rms_prop", dict(learning_rate=0.01, alpha=0.95, centered=True)),
    ("rms_prop", dict(learning_rate=0.002, alpha=0.98, epsilon=1e-6, momentum=0.5, centered=True, weight_decay=0.02,
                      scheduled=True)),
    ("rms_prop", dict(learning_rate=0.005, weight_decay=0.1, grouped=True)),
    ("adam", dict(learning_rate=0.001)),
    ("adam", dict(learning_rate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-4, weight_decay=0.02)),
    ("adam", dict(learning_rate=0.01, amsgrad=True)),
    ("adam", dict(learning_rate=0.02, beta1=0.85, beta2=0.9, amsgrad=True, weight_decay=0.01, scheduled=True)),
    ("adam", dict(learning_rate=0.005, beta1=0.0, beta2=0.99, scheduled=True)),
    ("adam", dict(learning_rate=0.01, weight_decay=0.1, grouped=True)),
    ("adamw", dict(learning_rate=0.001, weight_decay=0.01)),
    ("adamw", dict(learning_rate=0.02, beta1=0.95, beta2=0.98, epsilon=1e-6, weight_decay=0.3)),
    ("adamw", dict(learning_rate=0.01, beta2=0.9, amsgrad=True, weight_decay=0.1)),
    ("adamw", dict(learning_rate=0.02, weight_decay=0.05, scheduled=True)),
    ("adamw", dict(learning_rate=0.01, weight_decay=0.2, grouped=True)),
    ("adamw", dict(learning_rate=0.02, beta1=0.5, epsilon=1e-5, amsgrad=True, weight_decay=0.1, scheduled=True,
                   grouped=True)),
]

# PyTorch's defaults, except that every field is named so that a case holds all its options.
DEFAULTS = dict(learning_rate=0.001, momentum=0.0, dampening=0.0, nesterov=False, alpha=0.99, epsilon=1e-8,
                centered=False, beta1=0.9, beta2=0.999, amsgrad=False, weight_decay=0.0, scheduled=False,
                grouped=False)


def mixed(step, index):
    """32 bits that look random: a multiplicative hash of the step and the element's index."""
    x = (step * 0x9E3779B1 + index * 0x85EBCA77 + 0x165667B1) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def centered(step, index):
    """A multiple of 2^-11 in [-1, 1): exact in float and in double."""
    return (mixed(step, index) >> 20) / 2048 - 1


def tensors_of(values, dtype):
    """Cuts a flat list into tensors of SHAPES."""
    result, first = [], 0
    for shape in SHAPES:
        size = torch.Size(shape).numel()
        result.append(torch.tensor(values[first:first + size], dtype=dtype).reshape(shape))
        first += size
    return result


TOTAL = sum(torch.Size(shape).numel() for shape in SHAPES)
PULL = tensors_of([2.0 ** -(i % 3) for i in range(TOTAL)], torch.float64)
TARGET = tensors_of([2 * centered(1_000_001, i) for i in range(TOTAL)], torch.float64)
START = [2 * centered(1_000_000, i) for i in range(TOTAL)]
NOISE = [tensors_of([centered(step, i) for i in range(TOTAL)], torch.float64) for step in range(1, STEPS + 1)]


def rate(options, index):
    """The learning rate of step index (0 first): if scheduled, up from 0 in 256 steps, then down."""
    if not options["scheduled"]:
        return options["learning_rate"]
    factor = index / 256 if index < 256 else (1280 - index) / 1024
    return options["learning_rate"] * factor


def make(kind, options, parameters):
    groups = []
    for i, p in enumerate(parameters):
        decayed, scale, frozen = GROUPS[i] if options["grouped"] else (True, 1.0, False)
        if not frozen:
            groups.append(dict(params=[p], weight_decay=options["weight_decay"] if decayed else 0.0, scale=scale))
    lr = options["learning_rate"]
    if kind == "sgd":
        return torch.optim.SGD(groups, lr=lr, momentum=options["momentum"], dampening=options["dampening"],
                               nesterov=options["nesterov"])
    if kind == "rms_prop":
        return torch.optim.RMSprop(groups, lr=lr, alpha=options["alpha"], eps=options["epsilon"],
                                   momentum=options["momentum"], centered=options["centered"])
    which = dict(adam=torch.optim.Adam, adamw=torch.optim.AdamW)[kind]
    return which(groups, lr=lr, betas=(options["beta1"], options["beta2"]), eps=options["epsilon"],
                 amsgrad=options["amsgrad"])


def run(kind, options, dtype):
    """The parameters after each step of SNAPSHOTS, as lists of tensors."""
    parameters = [p.requires_grad_() for p in tensors_of(START, dtype)]
    optimizer = make(kind, options, parameters)
    snapshots = []
    for step in range(1, STEPS + 1):
        for p, pull, target, noise in zip(parameters, PULL, TARGET, NOISE[step - 1]):
            p.grad = (pull * (p.detach().double() - target) + noise).to(dtype)
        for group in optimizer.param_groups:
            group["lr"] = rate(options, step - 1) * group["scale"]
        optimizer.step()
        if step in SNAPSHOTS:
            snapshots.append([p.detach().clone() for p in parameters])
    return snapshots


def literal(value):
    return str(value).lower() if isinstance(value, bool) else repr(float(value))


def bits(snapshot):
    """First value, last value and sum of each tensor."""
    code = ""
    for tensor in snapshot:
        values = tensor.flatten().tolist()
        for value in (values[0], values[-1], math.fsum(values)):
            code += struct.pack(">d", value).hex()
    return code


def lost(doubles, floats):
    """The worst difference of two snapshots."""
    return max((d - f.double()).abs().max().item() for d, f in zip(doubles, floats))


def write(out):
    print("// SPDX-License-Identifier: MIT", file=out)
    print(f"// Generated by optimizers.py with PyTorch {torch.__version__}; don't edit, run the script.", file=out)
    print("// clang-format off\n#pragma once\n\n#include <cstdint>\n\nnamespace golden {\n", file=out)
    print("/// The options of one run, named as in eigentrain; `optimizer` says which of them count.", file=out)
    print("struct Options {\n  const char* optimizer;", file=out)
    for name, value in DEFAULTS.items():
        print(f"  {'bool' if isinstance(value, bool) else 'double'} {name} = {literal(value)};", file=out)
    print("};\n", file=out)
    count = len(SNAPSHOTS)
    print("/// What is known after each of `snapshots`.\nstruct Case {\n  Options options;", file=out)
    print(f"  const char* values[{count}];  ///< first, last, sum of each tensor, 16 hexadecimal digits a value", file=out)
    print(f"  double lost[{count}];  ///< how far PyTorch's float32 run is from this one, at the worst of all values", file=out)
    print("};\n", file=out)
    print("struct Tensor {\n  int rows;\n  int cols;\n  bool decayed;  ///< from here on: in runs that are `grouped`"
          "\n  double learning_rate_scale;\n  bool frozen;\n};\n", file=out)
    print(f"inline constexpr std::int64_t snapshots[] = {{{', '.join(map(str, SNAPSHOTS))}}};", file=out)
    print("/// Elements follow each other row by row.\ninline constexpr Tensor tensors[] = {", file=out)
    for shape, (decayed, scale, frozen) in zip(SHAPES, GROUPS):
        rows, cols = shape if len(shape) == 2 else (shape[0], 1)
        print(f"    {{{rows}, {cols}, {literal(decayed)}, {literal(scale)}, {literal(frozen)}}},", file=out)
    print("};\n\ninline constexpr Case cases[] = {", file=out)
    for kind, chosen in CASES:
        # In the order of the members.
        fields = "".join(f", .{name} = {literal(chosen[name])}" for name in DEFAULTS if name in chosen)
        doubles, floats = run(kind, dict(DEFAULTS, **chosen), torch.float64), run(kind, dict(DEFAULTS, **chosen), torch.float32)
        print(f'    {{{{.optimizer = "{kind}"{fields}}},\n     {{', file=out)
        for snapshot in doubles:
            print(f'      "{bits(snapshot)}",', file=out)
        print("     }, {" + ", ".join(f"{lost(d, f):.2g}" for d, f in zip(doubles, floats)) + "}},", file=out)
    print("};\n\n}  // namespace golden", file=out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(sys.stdout)
