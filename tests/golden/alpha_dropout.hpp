// SPDX-License-Identifier: MIT
// Written by tests/golden/alpha_dropout.py. Do not edit.
#pragma once

// clang-format off
namespace golden::alpha_dropout {

inline constexpr double selu_alpha = 1.6732632423543772, selu_lambda = 1.0507009873554805;
inline constexpr double dropped_value = -1.7580993408473768;

struct Row {
  double rate, scale, shift;
};
inline constexpr Row rows[] = {
    {0.1, 0.92128451614971152, 0.16197097005757025},
    {0.25, 0.8672579238579331, 0.38118139606982421},
    {0.5, 0.88640489466593186, 0.77919393051803165},
    {0.8, 1.1999121561207351, 1.6876518166004955},
    {0.999, 15.640620968462322, 27.470267649682174},
};

}  // namespace golden::alpha_dropout
// clang-format on
