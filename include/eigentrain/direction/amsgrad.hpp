// SPDX-License-Identifier: MIT
// Adam that never forgets its largest second moment: the direction of AMSGrad.
#pragma once

#include "eigentrain/direction/adam.hpp"

namespace eigentrain {

/// The transform made by amsgrad_direction().
class AmsGradDirection {
 public:
  static constexpr int slots = 3;

  explicit AmsGradDirection(const AdamDirectionOptions& options) : options_(options) {
    detail::check_adam(options, "amsgrad_direction");
  }

  const AdamDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    return [moments = detail::adam_moments<S>(options_),
            quotient = detail::adam_quotient<S>(options_, step)](const auto& g, const auto&,
                                                                 auto& m, auto& v, auto& largest) {
      moments(g, m, v);
      largest = max(largest, v);
      return quotient(m, largest);
    };
  }

 private:
  AdamDirectionOptions options_;
};

/// adam_direction() with the largest second moment so far in place of the second moment:
///
///     m ← β₁·m + (1 − β₁)·g        v ← β₂·v + (1 − β₂)·g²        v̄ ← max(v̄, v)
///     u = m / (1 − β₁ᵗ) / (√(v̄ / (1 − β₂ᵗ)) + ε)
///
/// so that a large gradient goes on to hold the steps back. It is a direction of its own, and no
/// option of Adam's, because its third value a parameter makes it another pass over memory.
///
///     auto optimizer = et::chain<float>(et::amsgrad_direction({}), et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. Reddi, Kale & Kumar, "On the convergence
/// of Adam and beyond", 2018. As torch.optim.Adam with amsgrad=True; Optax takes the maximum over
/// the corrected moments instead, whose first ones are the largest.
inline AmsGradDirection amsgrad_direction(const AdamDirectionOptions& options) {
  return AmsGradDirection(options);
}

}  // namespace eigentrain
