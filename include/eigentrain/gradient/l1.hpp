// SPDX-License-Identifier: MIT
// L1 regularization through the gradient.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The transform made by add_l1().
class AddL1 {
 public:
  explicit AddL1(double lambda) : lambda_(lambda) {
    require_in(ranges::not_negative, lambda, "add_l1", "lambda");
  }

  /// λ, the strength.
  double lambda() const { return lambda_; }

  template <class S>
  auto at(const Step&) const {
    return per_tensor([lambda = lambda_](const ParameterOptions& options) {
      const S factor = options.weight_decay ? S(lambda) : S(0);
      return [factor](const auto& u, const auto& p) { return u + factor * sign(p); };
    });
  }

 private:
  double lambda_;
};

/// Coupled L1 regularization, to stand BEFORE the direction: u ← u + λ·sign(p), the subgradient of
/// λ·‖p‖₁ with sign(0) = 0.
///
///     auto optimizer = et::chain<float>(et::add_l1(1e-5), et::adam({}));
///
/// Weights that should vanish end up oscillating around zero, about η·λ wide; descend_and_shrink()
/// makes them exactly zero. λ ≥ 0 and finite, else std::invalid_argument. Tensors added with
/// {.weight_decay = false} are left out. l1_penalty() is the value. As keras.regularizers.L1;
/// PyTorch has no such option.
inline AddL1 add_l1(double lambda) {
  return AddL1(lambda);
}

}  // namespace eigentrain
