// SPDX-License-Identifier: MIT
// Dropout of whole samples in a branch of a residual network.
#pragma once

#include "eigentrain/layers/whole_dropout.hpp"

namespace eigentrain {

/// The options of DropPath.
struct DropPathOptions {
  double rate = 0.5;  ///< p, the probability that a sample's branch is dropped, in [0, 1]
  int sample_axis = NoAxis::automatic;  ///< which axis counts the samples: a matrix's columns
};

/// Drop-path, or stochastic depth: in training, the output of a residual branch is set to 0 with
/// probability p, sample by sample, and scaled by 1/(1 − p) for the others. A sample passes a block
/// that is dropped by its shortcut alone, so the network is shorter for it.
///
///     y[s, …] = x[s, …]/(1 − p) where u[s] ≥ p, else 0,   u uniform in [0, 1)
///
/// x is what the branch gave, y what is added to the shortcut; y may be x itself. They are matrices
/// or tensors of equal shape and storage order with an axis for samples.
///
///     et::DropPath<float> drop({.rate = 0.2});
///     drop.forward(branch, branch, random);
///     output = shortcut + branch;
///     drop.backward(dy, d_branch);   // into the branch; the shortcut's gradient is dy itself
///
/// The rate usually grows with the depth, p·l/L for block l of L, each with a layer of its own.
/// p = 0 is the identity in every bit, p = 1 gives zeros, for infinities too. In evaluation nothing
/// happens. The mask depends on the generator and the sample alone.
///
/// Huang et al., "Deep Networks with Stochastic Depth", 2016 (there, branches are scaled in
/// evaluation instead, and whole batches are dropped). As torchvision.ops.StochasticDepth with mode
/// "row", and timm's DropPath.
template <class S>
class DropPath {
 public:
  /// Throws std::invalid_argument unless the rate is in [0, 1].
  explicit DropPath(const DropPathOptions& options = {})
      : options_(options), dropout_("DropPath", options.rate) {}

  /// p, the share of samples that are dropped.
  double rate() const { return dropout_.rate(); }
  /// The rate from the next forward() on. Throws std::invalid_argument, with nothing changed,
  /// unless it is in [0, 1].
  void set_rate(double rate) { dropout_.set_rate(rate); }

  /// Training: draws which samples are dropped. Takes 512 words of the generator for every begun
  /// 512 samples. Throws std::invalid_argument, with nothing changed, if the shapes differ, the
  /// axis isn't there, or a tensor came without one.
  template <class In, class Out>
  void forward(const In& input, Out&& output, Generator& random) {
    const detail::ActivationShape shape = dropout_.shape_of(input, output);
    int sample = options_.sample_axis;
    if (shape.rank == 2 && sample == NoAxis::automatic) sample = 1;
    require(sample != NoAxis::automatic,
            "DropPath: this tensor does not say which axis counts the "
            "samples; give it, as in {.sample_axis = 3}");
    dropout_.forward(shape, NoAxis::none, sample, input, static_cast<Out&&>(output), random);
  }

  /// Evaluation: copies the input. Changes nothing, so threads may share the layer. Throws if the
  /// shapes differ.
  template <class In, class Out>
  void evaluate(const In& input, Out&& output) const {
    dropout_.evaluate(input, static_cast<Out&&>(output));
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(): ∂L/∂y/(1 − p) for the samples that
  /// were kept, else 0. The two may be the same. Throws std::invalid_argument, with nothing
  /// changed, if one has not the shape of that batch, or if there was none.
  template <class In, class Out>
  void backward(const In& output_gradient, Out&& input_gradient) const {
    dropout_.backward(output_gradient, static_cast<Out&&>(input_gradient));
  }

 private:
  DropPathOptions options_;
  detail::WholeDropout<S> dropout_;
};

}  // namespace eigentrain
