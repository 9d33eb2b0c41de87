// SPDX-License-Identifier: MIT
// Steps in the parameter's own units: the direction of AdaDelta.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of adadelta_direction().
struct AdaDeltaDirectionOptions {
  double rho = 0.9;       ///< decay of both means of squares, in [0, 1)
  double epsilon = 1e-6;  ///< added inside both roots, > 0; without it nothing would ever move
};

/// The transform made by adadelta_direction().
class AdaDeltaDirection {
 public:
  static constexpr std::string_view state_name = "adadelta";
  static constexpr std::string_view slot_names[] = {"square_avg", "acc_delta"};
  static constexpr int slots = 2;

  explicit AdaDeltaDirection(const AdaDeltaDirectionOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.rho, "adadelta_direction", "rho");
    require_in(ranges::positive, options.epsilon, "adadelta_direction", "epsilon");
  }

  const AdaDeltaDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step&) const {
    return [rho = S(options_.rho), weight = S(1.0 - options_.rho), epsilon = S(options_.epsilon)](
               const auto& g, const auto&, auto& v, auto& moved) {
      v = flush_subnormal(rho * v + (weight * g) * g);
      // Two roots, as the quotient of the squares may leave the range of float.
      const auto u = sqrt(moved + epsilon) / sqrt(v + epsilon) * g;
      moved = flush_subnormal(rho * moved + (weight * u) * u);
      return u;
    };
  }

 private:
  AdaDeltaDirectionOptions options_;
};

/// The gradient, scaled by how far the parameter has moved of late over how large its gradients
/// were:
///
///     v ← ρ·v + (1 − ρ)·g²,   u = √(d + ε) / √(v + ε) · g,   d ← ρ·d + (1 − ρ)·u²
///
/// u has the unit of the parameter, so the learning rate is a plain factor, 1 as a rule. The first
/// steps are of the order √ε and grow from there.
///
///     auto optimizer = et::chain<float>(et::adadelta_direction({}), et::descend(1.0));
///
/// Throws std::invalid_argument for options out of range. Zeiler, "ADADELTA: an adaptive learning
/// rate method", 2012. As torch.optim.Adadelta. Keras has ρ = 0.95, ε = 1e-7 and a learning rate of
/// 0.001 that is meant to be raised. Means that have decayed into the subnormals become zero.
inline AdaDeltaDirection adadelta_direction(const AdaDeltaDirectionOptions& options) {
  return AdaDeltaDirection(options);
}

}  // namespace eigentrain
