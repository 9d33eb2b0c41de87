#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/alpha_dropout.hpp: the constants of SELU and of alpha dropout, from their
definitions, in 60 decimal digits.

    python3 tests/golden/alpha_dropout.py > tests/golden/alpha_dropout.hpp

SELU(x) = lambda*x for x > 0, lambda*alpha*(exp(x) - 1) for x < 0. For x from N(0, 1) its mean is
to be 0 and its variance 1 (Klambauer et al., 2017, appendix), which determines alpha and lambda:

    E SELU   = lambda*(a + alpha*b),                  a = 1/sqrt(2 pi), b = E[exp(x) - 1; x < 0]
    E SELU^2 = lambda^2*(1/2 + alpha^2*c),            c = E[(exp(x) - 1)^2; x < 0]

so alpha = -a/b and lambda = 1/sqrt(1/2 + alpha^2*c). With Phi the distribution function of N(0, 1),
E[exp(k*x); x < 0] = exp(k^2/2)*Phi(-k).

What is dropped with probability p becomes d = -lambda*alpha. Then a*x' + b keeps mean 0 and variance
1 of x, where E x' = p*d and Var x' = (1 - p)*(1 + p*d^2).
"""
from decimal import Decimal, getcontext

getcontext().prec = 80

RATES = ["0.1", "0.25", "0.5", "0.8", "0.999"]


def series(x):
    """The integral of exp(-t^2/2) from 0 to x: x - x^3/(2*3) + x^5/(2^2*2!*5) - ..."""
    total, term, k = Decimal(0), x, 0
    while abs(term) > Decimal(10) ** -75:
        total += term / (2 * k + 1)
        k += 1
        term *= -x * x / (2 * k)
    return total


def arctan_inverse(n):
    """arctan(1/n)"""
    total, power, k = Decimal(0), Decimal(1) / n, 0
    while power > Decimal(10) ** -78:
        total += (-1) ** k * power / (2 * k + 1)
        power /= n * n
        k += 1
    return total


PI = 16 * arctan_inverse(5) - 4 * arctan_inverse(239)
DENSITY = 1 / (2 * PI).sqrt()


def below(k):
    """E[exp(k*x); x < 0]"""
    return (Decimal(k * k) / 2).exp() * (Decimal("0.5") - DENSITY * series(Decimal(k)))


b = below(1) - below(0)
c = below(2) - 2 * below(1) + below(0)
alpha = -DENSITY / b
scale = 1 / (Decimal("0.5") + alpha * alpha * c).sqrt()
dropped = -scale * alpha

print("""// SPDX-License-Identifier: MIT
// Written by tests/golden/alpha_dropout.py. Do not edit.
#pragma once

// clang-format off
namespace golden::alpha_dropout {
""")
print("inline constexpr double selu_alpha = %.17g, selu_lambda = %.17g;" % (alpha, scale))
print("inline constexpr double dropped_value = %.17g;" % dropped)
print("""
struct Row {
  double rate, scale, shift;
};
inline constexpr Row rows[] = {""")
for rate in RATES:
    p = Decimal(float(rate))  # the number that a program has
    factor = 1 / ((1 - p) * (1 + p * dropped * dropped)).sqrt()
    print("    {%s, %.17g, %.17g}," % (rate, factor, -factor * p * dropped))
print("""};

}  // namespace golden::alpha_dropout
// clang-format on""")
