// SPDX-License-Identifier: MIT
// SELU, with which a deep network keeps its signals at mean 0 and variance 1 by itself.
#pragma once

#include "mlp/matrix.hpp"

namespace mlp {

inline constexpr double selu_scale = 1.0507009873554805;  ///< λ
inline constexpr double selu_alpha = 1.6732632423543772;  ///< α

/// y ← λ·y where y > 0, λα·(exp(y) − 1) elsewhere (Klambauer et al., 2017)
template <class S>
void selu(Output<S> y) {
  constexpr S scale = S(selu_scale), below = S(selu_scale * selu_alpha);
  y.array() = y.array().max(S(0)) * scale + (y.array().min(S(0)).exp() - S(1)) * below;
}

/// gradient ← gradient·SELU'(x), from y = SELU(x): λ where y > 0, y + λα elsewhere.
template <class S>
void selu_backward(const Input<S>& y, Output<S> gradient) {
  constexpr S scale = S(selu_scale), below = S(selu_scale * selu_alpha);
  gradient.array() *=
      y.array().unaryExpr([=](S value) { return value > S(0) ? scale : value + below; });
}

}  // namespace mlp
