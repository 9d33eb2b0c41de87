// SPDX-License-Identifier: MIT
// Elastic net: L1 and L2 regularization together.
#pragma once

#include "eigentrain/gradient/penalty.hpp"

namespace eigentrain {

/// The penalty λ·(α·‖p‖₁ + (1 − α)/2·‖p‖₂²).
struct ElasticNetOptions {
  double strength = 1e-4;  ///< λ ≥ 0
  double l1_ratio = 0.5;   ///< α in [0, 1]: 1 is L1 alone, 0 is L2 alone
};

namespace detail {

// λ·α and λ·(1 − α).
struct ElasticNetFactors {
  double l1;
  double l2;

  ElasticNetFactors(const ElasticNetOptions& options, const char* owner)
      : l1((Exact(options.strength) * options.l1_ratio)[0]),
        l2((Exact(options.strength) * (Exact(1.0) - options.l1_ratio))[0]) {
    require_in(ranges::not_negative, options.strength, owner, "strength");
    require_in(ranges::fraction, options.l1_ratio, owner, "l1_ratio");
  }
};

}  // namespace detail

/// The transform made by add_elastic_net().
class AddElasticNet {
 public:
  explicit AddElasticNet(const ElasticNetOptions& options)
      : options_(options), factors_(options, "add_elastic_net") {}

  const ElasticNetOptions& options() const { return options_; }

  template <class S>
  auto at(const Step&) const {
    return per_tensor([factors = factors_](const ParameterOptions& options) {
      const S l1 = options.weight_decay ? S(factors.l1) : S(0);
      const S l2 = options.weight_decay ? S(factors.l2) : S(0);
      return [l1, l2](const auto& u, const auto& p) { return u + (l1 * sign(p) + l2 * p); };
    });
  }

 private:
  ElasticNetOptions options_;
  detail::ElasticNetFactors factors_;
};

/// Coupled elastic-net regularization, to stand BEFORE the direction:
///
///     u ← u + λ·(α·sign(p) + (1 − α)·p),   sign(0) = 0
///
///     auto optimizer = et::chain<float>(et::add_elastic_net({.strength = 1e-4, .l1_ratio = 0.9}),
///                                       et::sgd({.learning_rate = 0.1}));
///
/// Throws std::invalid_argument unless λ is finite and ≥ 0 and α in [0, 1]. Tensors added with
/// {.weight_decay = false} are left out.
///
/// Zou & Hastie, "Regularization and variable selection via the elastic net", 2005, with the
/// factors of glmnet and scikit-learn. keras.regularizers.L1L2(l1, l2) is l1·‖p‖₁ + l2·‖p‖₂²,
/// without the half: λ = l1 + 2·l2 and α = l1/λ.
inline AddElasticNet add_elastic_net(const ElasticNetOptions& options) {
  return AddElasticNet(options);
}

/// λ·(α·Σ|p| + (1 − α)/2·Σp²), the penalty whose gradient add_elastic_net() adds. Otherwise as
/// l1_penalty() and l2_penalty(); the options as for add_elastic_net().
///
///     double loss = data_loss + et::elastic_net_penalty(parameters, {.strength = 1e-4});
template <class S>
double elastic_net_penalty(Parameters<S>& parameters, const ElasticNetOptions& options) {
  const detail::ElasticNetFactors factors(options, "elastic_net_penalty");
  return detail::sum_of_weights(
      parameters, [l1 = factors.l1, half = 0.5 * factors.l2](const auto& w, const auto&) {
        return l1 * abs(w) + half * (w * w);
      });
}

}  // namespace eigentrain
