# SPDX-License-Identifier: MIT
"""The recipe of examples/recipe.cpp, written for PyTorch. It prints the same numbers: recipe.txt, to
which the example is held.

    python3 tests/golden/recipe.py > tests/golden/recipe.txt
"""

import math

hidden, samples, steps = 32, 256, 1000
W1 = [[math.sin(1.0 + k)] for k in range(hidden)]
W2 = [[0.3 * math.cos(2.0 * k) for k in range(hidden)]]


def report(step, loss, averaged):
    print(f"step {step:4d}  loss {loss:.9f}  of the average {averaged:.9f}")


def with_pytorch():
    import torch
    from torch.optim.swa_utils import AveragedModel

    torch.set_default_dtype(torch.float64)
    net = torch.nn.Sequential(torch.nn.Linear(1, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1))
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor(W1))
        net[2].weight.copy_(torch.tensor(W2))
        net[0].bias.zero_()
        net[2].bias.zero_()
    x = torch.linspace(-3.0, 2.0, samples).reshape(-1, 1)
    y = torch.sin(2.0 * x)
    mse = torch.nn.functional.mse_loss

    decayed = [p for p in net.parameters() if p.dim() >= 2]
    others = [p for p in net.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=1e-2, betas=(0.9, 0.95))

    def factor(t):
        if t < 100:
            return 1e-2 + (1.0 - 1e-2) * t / 100
        return 0.1 + 0.45 * (1.0 + math.cos(math.pi * (t - 100) / (steps - 100)))

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    ema = AveragedModel(net, avg_fn=lambda average, new, count: 0.99 * average + 0.01 * new)

    for step in range(steps):
        optimizer.zero_grad()
        for part in range(2):
            (mse(net(x[part::2]), y[part::2]) / 2).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        ema.update_parameters(net)
        if step % 200 == 199:
            with torch.no_grad():
                report(step + 1, mse(net(x), y).item(), mse(ema(x), y).item())


if __name__ == "__main__":
    with_pytorch()
