#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes wrappers.hpp: what comes out where something is wrapped around an optimizer or changed from
step to step.

    python3 tests/golden/wrappers.py > tests/golden/wrappers.hpp

Needs PyTorch (1.13.1 made the committed file); the tests don't. Every case runs 1,000 steps in float64
on a matrix and a vector. The optimizers and AveragedModel are PyTorch's own, and hyperparameters are
changed by writing to param_groups. What PyTorch 1.13 doesn't have is written down here from its source:
Lookahead from algorithm 1 of Zhang et al. (2019), gradient centralization from the authors' optimizers,
the other averages from the definitions of Keras (use_ema), Optax (optax.ema with debias) and the usual
warm-ups.

The gradient is a pull toward a target plus noise, of which all parts are small multiples of powers of two.
"""

import torch

SHAPES = [(3, 4), (7,)]
SNAPSHOTS = [1, 2, 10, 100, 1000]
torch.set_default_dtype(torch.float64)


def centered(step, index):
    """A multiple of 1/2048 in [-1, 1)."""
    x = (step * 0x9E3779B1 + index * 0x85EBCA77 + 0x165667B1) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return ((x ^ (x >> 16)) >> 20) / 2048.0 - 1.0


def values(step):
    """One value for each element of the tensors."""
    result, index = [], 0
    for shape in SHAPES:
        count = torch.Size(shape).numel()
        result.append(torch.tensor([centered(step, index + i) for i in range(count)]).reshape(shape))
        index += count
    return result


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.tensors = torch.nn.ParameterList(2.0 * v for v in values(1000000))

    def backward(self, step):
        index = 0
        for p, target, noise in zip(self.tensors, values(1000001), values(step)):
            pull = torch.tensor([0.5 ** ((index + i) % 3) for i in range(p.numel())]).reshape(p.shape)
            p.grad = (pull * (p.detach() - 2.0 * target) + noise).clone()
            index += p.numel()

    def all(self):
        return torch.cat([p.detach().reshape(-1) for p in self.tensors])


def run(make, change=None, before=None, after=None, read=Model.all):
    """The snapshots of 1,000 steps: change(group, t) sets hyperparameters for step t (1 first), before and
    after stand around the step."""
    model = Model()
    optimizer = make(model.parameters())
    result = []
    for t in range(1, SNAPSHOTS[-1] + 1):
        model.backward(t)
        if change:
            change(optimizer.param_groups[0], t)
        if before:
            before(model, t)
        optimizer.step()
        if after:
            with torch.no_grad():
                after(model, t)
        if t in SNAPSHOTS:
            result.append(read(model))
    return result


def sgd(rate, **options):
    return lambda p: torch.optim.SGD(p, lr=rate, **options)


def adam(rate, **options):
    return lambda p: torch.optim.Adam(p, lr=rate, **options)


def lookahead(k, alpha):
    slow = [2.0 * v for v in values(1000000)]

    def after(model, t):
        if t % k == 0:
            for p, s in zip(model.tensors, slow):
                s.add_(alpha * (p - s))
                p.copy_(s)

    return after


def averaged(make, avg_fn=None, due=lambda t: True):
    """torch.optim.swa_utils.AveragedModel, updated after the steps that are due."""
    box = []

    def before(model, t):
        if not box:
            box.append(torch.optim.swa_utils.AveragedModel(model, avg_fn=avg_fn))

    def after(model, t):
        if due(t):
            box[0].update_parameters(model)

    return run(make, before=before, after=after, read=lambda model: box[0].module.all())


def average(make, start, weight, correct=lambda t: 1.0):
    """a = a + weight(t) (p - a) from `start`, read as a / correct(t)."""
    state = {"a": start(Model()), "t": 0}

    def after(model, t):
        state["a"] = state["a"] + weight(t) * (model.all() - state["a"])
        state["t"] = t

    return run(make, after=after, read=lambda model: state["a"] / correct(state["t"]))


def centralize(model, t):
    for p in model.tensors:
        if p.dim() > 1:
            p.grad.add_(-p.grad.mean(dim=tuple(range(1, p.dim())), keepdim=True))


def set_momentum(group, t):
    group["momentum"] = 0.5 + 0.25 * ((t - 1) % 2)


def set_betas(group, t):
    group["betas"] = (0.875 if t < 50 else 0.75, 0.99 if t % 3 else 0.98)


def set_decay(group, t):
    group["weight_decay"] = 0.125 / t


def set_rate(group, t):
    if t in (5, 50, 500):
        group["lr"] *= 0.5


def main():
    base = sgd(0.05, momentum=0.9)
    ramp = lambda t: 1.0 - min(0.99, t / (9.0 + t))
    power = lambda t: 1.0 - min(0.99, 1.0 - (1.0 + (t - 1) / 2.0) ** -0.75)
    cases = [
        ("sgd_lookahead", run(base, after=lookahead(6, 0.5))),
        ("adam_lookahead", run(adam(0.02), after=lookahead(5, 0.8))),
        ("swa", averaged(base)),
        ("swa_every", averaged(base, due=lambda t: t >= 2 and (t - 2) % 7 == 0)),
        ("ema", averaged(base, avg_fn=lambda a, p, n: 0.99 * a + (1.0 - 0.99) * p)),
        ("ema_keras", average(base, Model.all, lambda t: 1.0 - 0.99)),
        ("ema_optax", average(base, lambda m: 0.0 * m.all(), lambda t: 1.0 - 0.99, lambda t: 1.0 - 0.99 ** t)),
        ("ema_ramp", average(base, Model.all, ramp)),
        ("ema_power", average(base, Model.all, power)),
        ("centralized_sgd", run(base, before=centralize)),
        ("centralized_adam", run(adam(0.02), before=centralize)),
        ("scheduled_momentum", run(base, change=set_momentum)),
        ("scheduled_betas", run(adam(0.02), change=set_betas)),
        ("scheduled_decay", run(sgd(0.05, weight_decay=0.125), change=set_decay)),
        ("rate_by_hand", run(adam(0.02), change=set_rate)),
    ]
    print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/wrappers.py with PyTorch %s. Do not edit.
#pragma once

namespace golden {

inline constexpr int wrapper_snapshots[] = {%s};

struct WrapperCase {
  const char* name;
  double values[%d][%d];  // after each snapshot's step: a 3x4 matrix row by row, and a vector of 7
};

// clang-format off
inline constexpr WrapperCase wrapper_cases[] = {""" % (
        torch.__version__.split("+")[0], ", ".join(map(str, SNAPSHOTS)), len(SNAPSHOTS), 19))
    for name, snapshots in cases:
        print("    {\"%s\",\n     {" % name, end="")
        print(",\n      ".join("{" + ", ".join("%.17g" % float(v) for v in s) + "}" for s in snapshots), end="")
        print("}},")
    print("""};
// clang-format on

}  // namespace golden""")


if __name__ == "__main__":
    main()
