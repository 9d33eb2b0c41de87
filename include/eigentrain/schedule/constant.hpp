// SPDX-License-Identifier: MIT
// The schedule that stays.
#pragma once

#include <cstdint>

#include "eigentrain/core/check.hpp"

namespace eigentrain {

/// The same rate at every step: η(t) = η₀. Made by constant(); a plain number in the place of a
/// Schedule means the same.
class Constant {
 public:
  /// Throws std::invalid_argument for a rate outside [0, ∞).
  explicit Constant(double rate) : rate_(rate) {
    require_in(ranges::not_negative, rate, "constant", "rate");
  }

  /// η₀.
  double rate() const { return rate_; }

  /// The same. Throws std::invalid_argument if step < 0.
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "constant", "step");
    return rate_;
  }

 private:
  double rate_;
};

/// η(t) = η₀ at every step t.
///
/// `rate` is in [0, ∞); anything else, NaN too, throws std::invalid_argument. (PyTorch accepts a
/// NaN learning rate.)
///
///     et::Schedule schedule = et::constant(1e-3);   // or just = 1e-3
inline Constant constant(double rate) {
  return Constant(rate);
}

}  // namespace eigentrain
