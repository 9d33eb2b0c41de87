// SPDX-License-Identifier: MIT
// Nothing but signs: the direction of sign-SGD and Signum.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of sign_direction().
struct SignDirectionOptions {
  double momentum = 0.9;  ///< β in [0, 1); 0 is sign-SGD, which keeps no state
};

/// The transform made by sign_direction().
class SignDirection {
 public:
  static constexpr std::string_view state_name = "sign";
  static constexpr std::string_view slot_names[] = {"momentum_buffer"};

  explicit SignDirection(const SignDirectionOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.momentum, "sign_direction", "momentum");
  }

  const SignDirectionOptions& options() const { return options_; }
  /// Its state values for each parameter.
  int slots() const { return options_.momentum > 0.0 ? 1 : 0; }

  template <class S>
  auto at(const Step&) const {
    const auto plain = [](const auto& g, const auto&) { return sign(g); };
    const auto signum = [beta = S(options_.momentum), weight = S(1.0 - options_.momentum)](
                            const auto& g, const auto&, auto& m) {
      m = flush_subnormal(beta * m + weight * g);
      return sign(m);
    };
    return either(options_.momentum == 0.0, plain, signum);
  }

 private:
  SignDirectionOptions options_;
};

/// The sign of a running mean of the gradients, so that every element moves by the learning rate,
/// whatever the size of its gradient:
///
///     m ← β·m + (1 − β)·g,   u = sign(m),   sign(0) = 0
///
///     auto optimizer = et::chain<float>(et::sign_direction({}), et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. Bernstein, Wang, Azizzadenesheli &
/// Anandkumar, "signSGD: compressed optimisation for non-convex problems", 2018. As MXNet's Signum
/// and optax.sign_sgd (β = 0); PyTorch has neither. NaN stays NaN. A mean that has decayed into the
/// subnormals becomes zero, and its element rests.
inline SignDirection sign_direction(const SignDirectionOptions& options) {
  return SignDirection(options);
}

}  // namespace eigentrain
