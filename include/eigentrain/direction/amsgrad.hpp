// SPDX-License-Identifier: MIT
// Adam that never forgets its largest second moment: the direction of AMSGrad.
#pragma once

#include "eigentrain/direction/adam.hpp"

namespace eigentrain {

/// What AMSGrad takes the largest value of.
enum class AmsGradMaximum {
  raw,       ///< v, which is corrected afterwards (PyTorch)
  corrected  ///< v̂, whose first values are the largest (Optax)
};

/// The transform made by amsgrad_direction().
class AmsGradDirection {
 public:
  static constexpr std::string_view state_name = "amsgrad";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  static constexpr int slots = 3;

  explicit AmsGradDirection(const AdamDirectionOptions& options,
                            AmsGradMaximum maximum = AmsGradMaximum::raw)
      : options_(options), maximum_(maximum) {
    detail::check_adam(options, "amsgrad_direction");
  }

  const AdamDirectionOptions& options() const { return options_; }
  /// Of what the largest is taken.
  AmsGradMaximum maximum() const { return maximum_; }

  template <class S>
  auto at(const Step& step) const {
    const bool corrected = maximum_ == AmsGradMaximum::corrected;
    Exact scale = 1.0;
    if (corrected && options_.bias_correction) scale /= scale - step.power(options_.beta2);
    return [moments = detail::adam_moments<S>(options_),
            quotient = detail::adam_quotient<S>(options_, step, corrected),
            scale = S(scale[0])](const auto& g, const auto&, auto& m, auto& v, auto& largest) {
      moments(g, m, v);
      // max(), but for NaN: a largest that is NaN comes with a v that is NaN for good.
      largest = detail::larger(largest, scale * v);
      return quotient(m, largest);
    };
  }

 private:
  AdamDirectionOptions options_;
  AmsGradMaximum maximum_;
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
/// of Adam and beyond", 2018. As torch.optim.Adam with amsgrad=True. Optax takes the maximum over
/// the corrected moments v̂ instead: amsgrad_direction({}, et::AmsGradMaximum::corrected). With
/// gradients 1, 0.1, 0.1 the steps are 1, .7408, .6331 of the rate, and 1, .5263, .3690 in Optax.
inline AmsGradDirection amsgrad_direction(const AdamDirectionOptions& options,
                                          AmsGradMaximum maximum = AmsGradMaximum::raw) {
  return AmsGradDirection(options, maximum);
}

}  // namespace eigentrain
