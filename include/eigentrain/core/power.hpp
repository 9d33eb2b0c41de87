// SPDX-License-Identifier: MIT
// Integer powers with the same bits everywhere.
#pragma once

#include <cstdint>

#include "eigentrain/core/packet.hpp"

namespace eigentrain {

/// baseⁿ by repeated squaring, for the factors 1 − βᵗ of a bias correction and the steps of a
/// schedule. power(x, 0) is 1; a negative n gives 1 / base⁻ⁿ. At most 2·log₂|n| products; the
/// relative error is below |n|·2⁻⁵³, as every squaring doubles what came before.
///
///     Exact correction = Exact(1) - power(Exact(beta1), step.count);
inline Exact power(Exact base, std::int64_t n) {
  // As an unsigned number, for the one n that has no negative.
  auto rest = n < 0 ? ~static_cast<std::uint64_t>(n) + 1 : static_cast<std::uint64_t>(n);
  Exact result(1);
  while (rest != 0) {
    if ((rest & 1) != 0) result *= base;
    rest >>= 1;
    if (rest != 0) base *= base;
  }
  return n < 0 ? Exact(1) / result : result;
}

}  // namespace eigentrain
