// SPDX-License-Identifier: MIT
// Adam with Nesterov's look ahead: the direction of NAdam.
#pragma once

#include "eigentrain/core/exp.hpp"
#include "eigentrain/direction/adam.hpp"

namespace eigentrain {

/// The options of nadam_direction().
struct NAdamDirectionOptions {
  double beta1 = 0.9;            ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;          ///< decay of the second moment, in [0, 1)
  double epsilon = 1e-8;         ///< added to the root, > 0
  double momentum_decay = 4e-3;  ///< ψ in [0, ∞]
};

/// The transform made by nadam_direction().
class NAdamDirection {
 public:
  static constexpr std::string_view state_name = "nadam";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_sq"};
  static constexpr int slots = 2;

  /// The product of all momentums up to a step. It is kept by the chain, with the rest of its
  /// state.
  struct Measurement {
    mutable std::int64_t count = 0;  ///< the step; 0 before the first
    mutable double product = 1.0;    ///< μ₁·…·μ_count

    template <class Visitor, class List>
    void visit_state(Visitor&, const List&) {}  // a function of the step
  };

  explicit NAdamDirection(const NAdamDirectionOptions& options) : options_(options) {
    detail::check_adam(adam(), "nadam_direction");
    require_in({0.0, ranges::infinity}, options.momentum_decay, "nadam_direction",
               "momentum_decay");
  }

  const NAdamDirectionOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream&, Measurement&) const {}

  template <class S>
  auto at(const Step& step, const Measurement& measured) const {
    const Exact one = 1.0;
    const Exact mu = momentum(step.count), next = momentum(step.count + 1);
    const Exact product = product_up_to(step.count, measured);
    const Exact g_weight = (one - mu) / (one - product);
    const Exact m_weight = next / (one - product * next);
    const Exact root = one / sqrt(one - step.power(options_.beta2));
    return [moments = detail::adam_moments<S>(adam()), a = S(g_weight[0]), b = S(m_weight[0]),
            root = S(root[0]),
            epsilon = S(options_.epsilon)](const auto& g, const auto&, auto& m, auto& v) {
      moments(g, m, v);
      return (a * g + b * m) / (root * sqrt(v) + epsilon);
    };
  }

 private:
  AdamDirectionOptions adam() const {
    return {.beta1 = options_.beta1, .beta2 = options_.beta2, .epsilon = options_.epsilon};
  }

  // μₜ = β₁·(1 − ½·0.96^(t·ψ))
  template <class = void>
  Exact momentum(std::int64_t t) const {
    const Exact log = -0x1.4e69ed6d80eb3p-5;  // ln 0.96
    const Exact power = exp(log * (Exact(static_cast<double>(t)) * options_.momentum_decay));
    return Exact(options_.beta1) * (Exact(1.0) - Exact(0.5) * power);
  }

  // The product up to step t: one factor more than for the step before, else formed anew. Further
  // factors change nothing once 1 − product is 1.
  template <class = void>
  Exact product_up_to(std::int64_t t, const Measurement& measured) const {
    if (measured.count > t) measured.count = 0;
    Exact product = measured.count == 0 ? 1.0 : measured.product;
    while (measured.count < t && product[0] > 0x1p-60) product *= momentum(++measured.count);
    measured.count = t;
    measured.product = product[0];
    return product;
  }

  NAdamDirectionOptions options_;
};

/// Adam's direction with the first moment as it will be in the next step, that is with a momentum μ
/// that grows slowly from β₁/2 to β₁:
///
///     μₜ = β₁·(1 − ½·0.96^(t·ψ)),   Πₜ = μ₁·μ₂·…·μₜ
///     u = ((1 − μₜ) / (1 − Πₜ)·g + μₜ₊₁ / (1 − Πₜ₊₁)·m) / (√v̂ + ε)
///
/// with Adam's moments m and v̂. t counts steps from 1 and is the same for all tensors.
///
///     auto optimizer = et::chain<float>(et::nadam_direction({}), et::descend(2e-3));
///
/// Throws std::invalid_argument for options out of range. Dozat, "Incorporating Nesterov momentum
/// into Adam", 2016. As torch.optim.NAdam since 2.0 (before, Πₜ₊₁ had the factor μₜ twice), but
/// with Π in double where PyTorch has it in float. The first step is 1.05645 of the rate; it
/// is 1.06279 in Keras, which has {.epsilon = 1e-7, .momentum_decay = 1}, and 1.47368 in Optax,
/// whose momentum is β₁ from the beginning: {.momentum_decay = infinity}. Moments that have decayed
/// into the subnormals become zero.
inline NAdamDirection nadam_direction(const NAdamDirectionOptions& options) {
  return NAdamDirection(options);
}

}  // namespace eigentrain
