// SPDX-License-Identifier: MIT
// A dense layer: y = activation(W·x + b) for a batch of samples, which are columns.
#pragma once

#include "mlp/activation.hpp"

namespace mlp {

/// Weights are out × in. All memory is taken in the constructor, for batches of up to `batch_size`
/// columns.
template <class S>
class Dense {
 public:
  Dense(Index in, Index out, Index batch_size, Activation activation)
      : weight(Matrix<S>::Zero(out, in)),
        weight_gradient(Matrix<S>::Zero(out, in)),
        bias(Vector<S>::Zero(out)),
        bias_gradient(Vector<S>::Zero(out)),
        output_(out, batch_size),
        activation_(activation) {}

  Matrix<S> weight, weight_gradient;
  Vector<S> bias, bias_gradient;

  /// Returns y, out × batch. It stays until the next call.
  Output<S> forward(const Input<S>& x) {
    Output<S> y = output(x.cols());
    y.noalias() = weight * x;
    if (activation_ == Activation::relu) {
      y = (y.colwise() + bias).cwiseMax(S(0));
    } else {
      y.colwise() += bias;
      activate<S>(activation_, y);
    }
    return y;
  }

  /// What forward() returned for a batch of that size.
  Output<S> output(Index batch) { return output_.leftCols(batch); }

  /// Takes ∂loss/∂y of the last forward pass, which had the input x, and leaves ∂loss/∂(W·x + b)
  /// in its place. Sets the gradients of weight and bias.
  void backward(const Input<S>& x, Output<S> gradient) {
    activate_backward<S>(activation_, output(x.cols()), gradient);
    weight_gradient.noalias() = gradient * x.transpose();
    bias_gradient = gradient.rowwise().sum();
  }

  /// ∂loss/∂x from what backward() left. The first layer of a network has no use for it.
  void input_gradient(const Input<S>& gradient, Output<S> result) const {
    result.noalias() = weight.transpose() * gradient;
  }

 private:
  Matrix<S> output_;
  Activation activation_;
};

}  // namespace mlp
