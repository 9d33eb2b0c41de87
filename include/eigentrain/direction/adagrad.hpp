// SPDX-License-Identifier: MIT
// Division by the root of all past squares: the direction of AdaGrad.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of adagrad_direction().
struct AdaGradDirectionOptions {
  double learning_rate_decay = 0.0;        ///< δ ≥ 0: the direction shrinks by 1 + (t − 1)·δ
  double initial_accumulator_value = 0.0;  ///< s₀ ≥ 0
  double epsilon = 1e-10;                  ///< added to the root, > 0
  bool epsilon_inside_root = false;        ///< added to the sum instead
};

/// The transform made by adagrad_direction().
class AdaGradDirection {
 public:
  static constexpr std::string_view state_name = "adagrad";
  static constexpr std::string_view slot_names[] = {"sum"};
  static constexpr int slots = 1;

  explicit AdaGradDirection(const AdaGradDirectionOptions& options) : options_(options) {
    constexpr const char* owner = "adagrad_direction";
    require_in(ranges::not_negative, options.learning_rate_decay, owner, "learning_rate_decay");
    require_in(ranges::not_negative, options.initial_accumulator_value, owner,
               "initial_accumulator_value");
    require_in(ranges::positive, options.epsilon, owner, "epsilon");
  }

  const AdaGradDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    // The divisor times the decay of the rate, which is 1 and exact if there is none. The sum
    // starts at zero here and s₀ is added whenever it is used, so that a tensor which was frozen in
    // the first step has it too.
    const Exact root =
        Exact(1.0) + Exact(static_cast<double>(step.index())) * options_.learning_rate_decay;
    const Exact beside = root * (options_.epsilon_inside_root ? 0.0 : options_.epsilon);
    const Exact inside = Exact(options_.initial_accumulator_value) +
                         (options_.epsilon_inside_root ? options_.epsilon : 0.0);
    return [root = S(root[0]), beside = S(beside[0]), inside = S(inside[0])](
               const auto& g, const auto&, auto& sum) {
      sum = flush_subnormal(sum + g * g);
      return g / (root * sqrt(sum + inside) + beside);
    };
  }

 private:
  AdaGradDirectionOptions options_;
};

/// The gradient over the root of the sum of all squares so far, from s₀ on:
///
///     s ← s + g²,   u = g / (√s + ε) / (1 + (t − 1)·δ)
///
/// so that a parameter's steps become smaller the more it has been moved. t counts steps from 1.
///
///     auto optimizer = et::chain<float>(et::adagrad_direction({}), et::descend(0.01));
///
/// Throws std::invalid_argument for options out of range. Duchi, Hazan & Singer, "Adaptive
/// subgradient methods for online learning and stochastic optimization", 2011. As
/// torch.optim.Adagrad, whose `lr_decay` is δ. Keras and Optax have s₀ = 0.1, ε = 1e-7 and ε inside
/// the root: g / √(s + ε). A gradient whose square overflows (1.8e19 in float) ends a parameter's
/// moves for good, here as there.
inline AdaGradDirection adagrad_direction(const AdaGradDirectionOptions& options) {
  return AdaGradDirection(options);
}

}  // namespace eigentrain
