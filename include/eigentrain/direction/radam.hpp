// SPDX-License-Identifier: MIT
// Adam that waits until it knows its variance: the direction of RAdam.
#pragma once

#include "eigentrain/direction/adam.hpp"

namespace eigentrain {

/// The options of radam_direction().
struct RAdamDirectionOptions {
  double beta1 = 0.9;       ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;     ///< decay of the second moment, in [0, 1)
  double epsilon = 1e-8;    ///< > 0
  bool epsilon_hat = true;  ///< ε is added to the uncorrected root √v, not to √v̂
  double threshold = 5.0;   ///< ρₜ above which the variance is trusted, ≥ 4
};

/// The transform made by radam_direction().
class RAdamDirection {
 public:
  static constexpr std::string_view state_name = "radam";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_sq"};
  static constexpr int slots = 2;

  explicit RAdamDirection(const RAdamDirectionOptions& options) : options_(options) {
    detail::check_adam(adam(), "radam_direction");
    require_in({4.0, ranges::infinity}, options.threshold, "radam_direction", "threshold");
  }

  const RAdamDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    // As in Adam, m / (root·√v + margin). Before the variance is known, u = m / (1 − β₁ᵗ): the root
    // has no weight then, so that it takes no second rule.
    const Exact one = 1.0, two = 2.0, four = 4.0;
    const Exact power = step.power(options_.beta2);
    const Exact m_correction = one - step.power(options_.beta1), v_correction = one - power;
    const Exact longest = two / (one - options_.beta2) - one;
    const Exact length = longest - two * static_cast<double>(step.count) * power / v_correction;
    Exact root = 0.0, margin = m_correction;
    if (length[0] > options_.threshold) {
      const Exact rectified = sqrt((length - four) * (length - two) * longest /
                                   ((longest - four) * (longest - two) * length));
      root = m_correction / (rectified * sqrt(v_correction));
      margin = (options_.epsilon_hat ? root : m_correction / rectified) * options_.epsilon;
    }
    return [moments = detail::adam_moments<S>(adam()), root = S(root[0]), margin = S(margin[0])](
               const auto& g, const auto&, auto& m, auto& v) {
      moments(g, m, v);
      return m / (root * sqrt(v) + margin);
    };
  }

 private:
  AdamDirectionOptions adam() const {
    return {.beta1 = options_.beta1, .beta2 = options_.beta2, .epsilon = options_.epsilon};
  }

  RAdamDirectionOptions options_;
};

/// Adam's direction once the second moment has seen enough gradients, and the plain mean before, so
/// that no warm-up is needed:
///
///     ρ∞ = 2 / (1 − β₂) − 1,   ρₜ = ρ∞ − 2t·β₂ᵗ / (1 − β₂ᵗ)
///     ρₜ > 5:  r = √((ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)),   u = r·m̂·√(1 − β₂ᵗ) / (√v + ε)
///     else:    u = m̂
///
/// with Adam's moments m and v. With the default β₂ that is so from the sixth step on; with
/// β₂ ≤ 2/3 never.
///
///     auto optimizer = et::chain<float>(et::radam_direction({}), et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. Liu et al., "On the variance of the
/// adaptive learning rate and beyond", 2020 (which trusts the variance from ρₜ > 4 on). As
/// torch.optim.RAdam. Optax has ρₜ ≥ 5 and {.epsilon_hat = false}: u = r·m̂ / (√v̂ + ε). Moments that
/// have decayed into the subnormals become zero.
inline RAdamDirection radam_direction(const RAdamDirectionOptions& options) {
  return RAdamDirection(options);
}

}  // namespace eigentrain
