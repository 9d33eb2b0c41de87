// SPDX-License-Identifier: MIT
// What the network is made of: dense → batch norm? → ReLU → dropout?
#pragma once

#include "mlp/dense.hpp"

#include <optional>

#include "eigentrain/core/random.hpp"
#include "eigentrain/layers/batch_norm.hpp"
#include "eigentrain/layers/dropout.hpp"

namespace mlp {

namespace et = eigentrain;

struct BlockOptions {
  Index in = 0;
  Index out = 0;
  Index batch_size = 0;
  bool relu = true;         ///< false in the last block, whose outputs are logits
  bool batch_norm = false;  ///< between the product and ReLU
  double dropout = 0.0;     ///< the share of outputs that training sets to zero
};

/// All happens in place, in the memory of the dense layer's output.
template <class S>
class Block {
 public:
  explicit Block(const BlockOptions& options)
      : dense(options.in, options.out, options.batch_size,
              options.relu && !options.batch_norm ? Activation::relu : Activation::none),
        relu_after_norm_(options.relu && options.batch_norm) {
    if (options.batch_norm) norm.emplace(options.out);
    if (options.dropout != 0.0) dropout.emplace(et::DropoutOptions{.rate = options.dropout});
  }

  Dense<S> dense;
  std::optional<et::BatchNorm<S>> norm;
  std::optional<et::Dropout<S>> dropout;

  /// Training: normalizes by the statistics of the batch and drops outputs at random.
  Output<S> forward(const Input<S>& x, et::Generator& random) {
    Output<S> y = dense.forward(x);
    if (norm) norm->forward(y, y);
    if (relu_after_norm_) relu<S>(y);
    if (dropout) dropout->forward(y, y, random);
    return y;
  }

  /// Evaluation: normalizes by the running statistics and drops nothing.
  Output<S> evaluate(const Input<S>& x) {
    Output<S> y = dense.forward(x);
    if (norm) norm->evaluate(y, y);
    if (relu_after_norm_) relu<S>(y);
    return y;
  }

  /// Takes ∂loss/∂y of the last forward(), which had the input x, and leaves ∂loss/∂(W·x + b) in
  /// its place. Sets all gradients of the block.
  void backward(const Input<S>& x, Output<S> gradient) {
    if (dropout) dropout->backward(gradient, gradient);
    if (relu_after_norm_) relu_backward<S>(dense.output(x.cols()), gradient);
    if (norm) norm->backward(gradient, gradient);
    dense.backward(x, gradient);
  }

 private:
  bool relu_after_norm_;
};

}  // namespace mlp
