// SPDX-License-Identifier: MIT
// What the network is made of: dense → normalization? → activation → dropout? (+ shortcut?)
#pragma once

#include "mlp/dense.hpp"

#include <memory>

#include "mlp/layer.hpp"

namespace mlp {

struct BlockOptions {
  Index in = 0;
  Index out = 0;
  Index batch_size = 0;
  Activation activation = Activation::relu;  ///< none in the last block, whose outputs are logits
  NormOptions norm = {.kind = NormKind::none};  ///< between the product and the activation
  DropoutOptions dropout = {.rate = 0.0};
  bool residual = false;  ///< adds the input to what comes out of all that; needs in = out
};

/// Most happens in place, in the memory of the dense layer's output. Where backward() has to know
/// what the activation gave, and dropout or the shortcut would change it, the output has memory of
/// its own.
template <class S>
class Block {
 public:
  explicit Block(BlockOptions o)
      : dense(o.in, o.out, o.batch_size,
              o.norm.kind == NormKind::none ? o.activation : Activation::none),
        after_norm_(o.norm.kind == NormKind::none ? Activation::none : o.activation),
        residual_(o.residual) {
    o.norm.features = o.dropout.features = o.out;
    norm_ = make_norm<S>(o.norm);
    dropout_ = make_dropout<S>(o.dropout);
    // ReLU's backward asks for the sign alone, and what is dropped gets no gradient anyway.
    const bool signs_stay = o.dropout.kind != DropoutKind::alpha &&
                            o.dropout.kind != DropoutKind::gaussian &&
                            o.activation != Activation::selu;
    if (residual_ || (dropout_ != nullptr && !signs_stay)) output_.resize(o.out, o.batch_size);
    if (residual_) shortcut_gradient_.resize(o.out, o.batch_size);
  }

  Dense<S> dense;

  /// Training: normalizes by the statistics of the batch and drops outputs at random.
  void forward(const Input<S>& x, et::Generator& random) {
    Output<S> y = dense.forward(x);
    if (norm_ != nullptr) norm_->forward(y, y, random);
    activate<S>(after_norm_, y);
    Output<S> out = output(x.cols());
    if (dropout_ != nullptr) dropout_->forward(y, out, random);
    if (residual_) add_shortcut(x, dropout_ != nullptr ? out : y, out);
  }

  /// Evaluation: normalizes by the running statistics and drops nothing.
  void evaluate(const Input<S>& x) {
    Output<S> y = dense.forward(x);
    if (norm_ != nullptr) norm_->evaluate(y);
    activate<S>(after_norm_, y);
    Output<S> out = output(x.cols());
    if (residual_) {
      add_shortcut(x, y, out);
    } else if (output_.size() > 0) {
      out = y;
    }
  }

  /// What forward() or evaluate() made of a batch of that size. It stays until the next call.
  Output<S> output(Index batch) {
    if (output_.size() == 0) return dense.output(batch);
    return output_.leftCols(batch);
  }

  /// Takes ∂loss/∂output of the last forward(), which had the input x, and leaves ∂loss/∂(W·x + b)
  /// in its place. Sets all gradients of the block.
  void backward(const Input<S>& x, Output<S> gradient) {
    if (residual_) shortcut_gradient_.leftCols(x.cols()) = gradient;
    if (dropout_ != nullptr) dropout_->backward(gradient);
    activate_backward<S>(after_norm_, dense.output(x.cols()), gradient);
    if (norm_ != nullptr) norm_->backward(gradient);
    dense.backward(x, gradient);
  }

  /// ∂loss/∂x from what backward() left. The first block of a network has no use for it.
  void input_gradient(const Input<S>& gradient, Output<S> result) const {
    dense.input_gradient(gradient, result);
    if (residual_) result += shortcut_gradient_.leftCols(gradient.cols());
  }

  /// Null if there is none.
  Layer<S>* norm() { return norm_.get(); }

 private:
  static void add_shortcut(const Input<S>& x, const Input<S>& branch, Output<S> out) {
    out = branch + x;
  }

  std::unique_ptr<Layer<S>> norm_, dropout_;
  Activation after_norm_;
  bool residual_;
  Matrix<S> output_;             // empty if it is the dense layer's
  Matrix<S> shortcut_gradient_;  // of the last backward()
};

}  // namespace mlp
