// SPDX-License-Identifier: MIT
// Adam with a constant inside the root.
#pragma once

#include "eigentrain/direction/adam.hpp"

namespace eigentrain {

/// The options of adam_root_direction().
struct AdamRootDirectionOptions {
  double beta1 = 0.9;          ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;        ///< decay of the second moment, in [0, 1)
  double epsilon = 1e-8;       ///< added to the root, > 0
  double epsilon_root = 1e-8;  ///< added to the second moment, inside the root, ≥ 0
};

/// The transform made by adam_root_direction().
class AdamRootDirection {
 public:
  static constexpr std::string_view state_name = "adam_root";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_sq"};
  static constexpr int slots = 2;

  explicit AdamRootDirection(const AdamRootDirectionOptions& options) : options_(options) {
    detail::check_adam(adam(), "adam_root_direction");
    require_in(ranges::not_negative, options.epsilon_root, "adam_root_direction", "epsilon_root");
  }

  const AdamRootDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    // v̂ + ε₀ is (v + ε₀·(1 − β₂ᵗ)) / (1 − β₂ᵗ).
    const Exact inside = (Exact(1.0) - step.power(options_.beta2)) * options_.epsilon_root;
    return [moments = detail::adam_moments<S>(adam()),
            quotient = detail::adam_quotient<S>(adam(), step),
            inside = S(inside[0])](const auto& g, const auto&, auto& m, auto& v) {
      moments(g, m, v);
      return quotient(m, v + inside);
    };
  }

 private:
  AdamDirectionOptions adam() const {
    return {.beta1 = options_.beta1, .beta2 = options_.beta2, .epsilon = options_.epsilon};
  }

  AdamRootDirectionOptions options_;
};

/// adam_direction() with a constant inside the root:
///
///     u = m̂ / (√(v̂ + ε₀) + ε)
///
/// so that the derivative of the step by the gradient stays finite where the gradient is zero, as
/// learning through steps of an optimizer asks for. It is a direction of its own, and no option of
/// Adam's, because the sum inside the root is one operation more for every element.
///
///     auto optimizer = et::chain<float>(et::adam_root_direction({.epsilon_root = 1e-8}),
///                                       et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. As optax.adam with `eps_root`, which is 0
/// there; PyTorch and Keras have no such constant.
inline AdamRootDirection adam_root_direction(const AdamRootDirectionOptions& options) {
  return AdamRootDirection(options);
}

}  // namespace eigentrain
