// SPDX-License-Identifier: MIT
// What stands between the products of a network.
#pragma once

#include "mlp/matrix.hpp"
#include "mlp/relu.hpp"
#include "mlp/selu.hpp"

namespace mlp {

enum class Activation { none, relu, selu };

/// y ← activation(y)
template <class S>
void activate(Activation activation, Output<S> y) {
  if (activation == Activation::relu) relu<S>(y);
  if (activation == Activation::selu) selu<S>(y);
}

/// From ∂loss/∂y to ∂loss/∂x in place, where y is what activate() made of x.
template <class S>
void activate_backward(Activation activation, const Input<S>& y, Output<S> gradient) {
  if (activation == Activation::relu) relu_backward<S>(y, gradient);
  if (activation == Activation::selu) selu_backward<S>(y, gradient);
}

}  // namespace mlp
