// SPDX-License-Identifier: MIT
// Batch normalization of channels.
#pragma once

#include "eigentrain/layers/kept_batch.hpp"
#include "eigentrain/layers/running_statistics.hpp"

namespace eigentrain {

/// The options of BatchNorm.
struct BatchNormOptions {
  double momentum = 0.1;    ///< weight of the newest batch in the running statistics, in [0, 1]
  bool cumulative = false;  ///< the same weight for all batches instead: PyTorch's momentum=None
  double epsilon = 1e-5;    ///< added to the variance, in (0, ∞)
  bool keep = true;         ///< a copy of the batch for backward(), which else takes it once more
};

/// Batch normalization: every channel gets mean β and standard deviation γ over the batch.
///
///     y = γ·x̂ + β,   x̂ = (x − μ)/√(σ² + ε)
///
/// μ and σ² are the mean and the biased variance of the batch in training (forward), towards which
/// the running statistics move (see RunningStatistics), and these in evaluation (evaluate).
///
/// x and y are matrices, features × samples, or tensors whose channels lie along some axis (see
/// channels()); y may be x. γ (1 at first) and β (0) have a value a channel, the user's to train:
///
///     et::BatchNorm<float> norm(128);
///     norm.add_to(parameters, "norm");   // γ and β, without weight decay
///     norm.forward(x, y);                // training
///     norm.backward(dy, dx);             // sets both gradients and dx
///     norm.evaluate(x, y);               // const
///
/// With `keep = false` nothing of a batch is copied, which saves memory and time: backward(x, dy,
/// dx) takes x again, and y can't be x.
///
/// Statistics are sums of distances from the channel's first value (see set_moments() for their
/// precision), so a constant channel of 1e6 comes out as exactly β. A NaN or an infinity gives NaN
/// in its channel and leaves all running statistics as they were. After the first batch, those that
/// are not larger allocate nothing.
///
/// Ioffe & Szegedy, "Batch Normalization", 2015. As torch.nn.BatchNorm1d to 3d, except that
/// training and evaluation are two functions, not a mode, and that the running statistics ignore
/// batches that are not finite. Keras's momentum is 1 − ours, its ε 1e-3, its running variance the
/// biased one.
template <class S>
class BatchNorm : public RunningStatistics<S> {
 public:
  /// Throws std::invalid_argument if features < 1 or an option is out of its range.
  template <std::same_as<BatchNormOptions> O = BatchNormOptions>
  explicit BatchNorm(Eigen::Index features, const O& options = {})
      : RunningStatistics<S>(features, "BatchNorm", options.momentum, options.cumulative),
        epsilon_(options.epsilon),
        kept_(options.keep) {
    require_in(ranges::positive, epsilon_, "BatchNorm", "epsilon");
    for (auto* row : {&sums_, &products_}) row->resize(static_cast<std::size_t>(features));
    known_.resize(static_cast<std::size_t>(3 * features));
  }

  /// Training: normalizes the batch by its own statistics and updates the running ones. Throws
  /// std::invalid_argument, with nothing changed, if the input has not `features` rows or fewer
  /// than 2 columns (one value a channel has no variance), or if the output has another shape.
  void forward(const BatchInput<S>& input, BatchOutput<S> output) {
    this->check(input, output, frozen_ ? 1 : 2);
    train<detail::in_matrices>(detail::columns_of<const S>(input), detail::columns_of<S>(output));
  }
  /// The same for tensors: see channels().
  void forward(const Channels<const S>& input, const Channels<S>& output) {
    this->check(input, output, frozen_ ? 1 : 2);
    train<detail::Walk::either>(input, output);
  }

  /// Evaluation: normalizes by the running statistics. Changes nothing, so threads may share the
  /// layer. Throws as forward(), but takes a single sample.
  void evaluate(const BatchInput<S>& input, BatchOutput<S> output) const {
    this->check(input, output, 1);
    this->template normalize_by_running<detail::in_matrices>(
        epsilon_, detail::columns_of<const S>(input), detail::columns_of<S>(output));
  }
  /// The same for tensors: see channels().
  void evaluate(const Channels<const S>& input, const Channels<S>& output) const {
    this->check(input, output, 1);
    this->template normalize_by_running<detail::Walk::either>(epsilon_, input, output);
  }

  /// From ∂L/∂y to ∂L/∂x for the batch of the last forward(), through its mean and variance:
  ///
  ///     ∂L/∂β = Σ ∂L/∂y,   ∂L/∂γ = Σ ∂L/∂y·x̂     (set, not added to)
  ///     ∂L/∂x = γ/√(σ² + ε)·(∂L/∂y − mean(∂L/∂y) − x̂·mean(∂L/∂y·x̂))
  ///
  /// without the two means if the statistics were frozen. The two batches may be the same memory.
  /// Throws std::invalid_argument, with nothing changed, if a shape is not that batch's.
  void backward(const BatchInput<S>& output_gradient, BatchOutput<S> input_gradient) {
    kept_.require_gradients(output_gradient, input_gradient, "BatchNorm");
    backward<detail::in_matrices>(detail::columns_of<const S>(output_gradient),
                                  detail::columns_of<S>(input_gradient));
  }
  /// The same for tensors: see channels().
  void backward(const Channels<const S>& output_gradient, const Channels<S>& input_gradient) {
    backward<detail::Walk::either>(output_gradient, input_gradient);
  }

  /// The same, bit for bit, for a layer with `keep = false`, from the last forward()'s input.
  /// Throws as the other one; each of the two also where the other one is meant.
  void backward(const BatchInput<S>& input, const BatchInput<S>& output_gradient,
                BatchOutput<S> input_gradient) {
    kept_.require_gradients(output_gradient, input_gradient, "BatchNorm");
    backward<detail::in_matrices>(detail::columns_of<const S>(input),
                                  detail::columns_of<const S>(output_gradient),
                                  detail::columns_of<S>(input_gradient));
  }
  /// The same for tensors: see channels().
  void backward(const Channels<const S>& input, const Channels<const S>& output_gradient,
                const Channels<S>& input_gradient) {
    backward<detail::Walk::either>(input, output_gradient, input_gradient);
  }

  /// With frozen statistics, training normalizes by the running statistics, which don't change, and
  /// backward() takes them for constants: as PyTorch's layers in evaluation mode, for fine-tuning.
  void freeze(bool frozen = true) { frozen_ = frozen; }
  bool frozen() const { return frozen_; }  ///< whether they are

 private:
  detail::Normalization<S> known(Eigen::Index k) {
    S* const rows = known_.data() + k;
    return {rows, rows + this->features(), rows + 2 * this->features()};
  }

  template <detail::Walk W>
  void train(const Channels<const S>& input, const Channels<S>& output) {
    const auto normalized = kept_.prepare(input, output, "BatchNorm");
    was_frozen_ = frozen_;
    if (frozen_) {
      return this->template normalize_by_running<W>(epsilon_, input, output, normalized, known(0));
    }
    const detail::SetShape shape = detail::channel_sets(input);
    detail::for_set_blocks(shape, [&](Eigen::Index k, Eigen::Index count) {
      const auto part = shape.part(count);
      double *const means = sums_.data() + k, *const squares = products_.data() + k;
      detail::set_moments<true, S, W>(part, detail::channel_memory(input).from(k), means, squares);
      detail::set_normalization<S>(count, shape.size(), epsilon_, means, squares, known(k));
      this->template normalize_part<W>(part, k, input, output, normalized, known(k));
    });
    this->move_to(shape.size(), sums_.data(), products_.data());
  }

  template <detail::Walk W>
  void backward(const Channels<const S>& output_gradient, const Channels<S>& input_gradient) {
    kept_.require_gradients(output_gradient, input_gradient, "BatchNorm");
    differentiate<W, false>(kept_.values("BatchNorm"), output_gradient, input_gradient);
  }
  template <detail::Walk W>
  void backward(const Channels<const S>& input, const Channels<const S>& output_gradient,
                const Channels<S>& input_gradient) {
    kept_.require_gradients(output_gradient, input_gradient, "BatchNorm");
    kept_.require_input(input, "BatchNorm");
    differentiate<W, true>(input, output_gradient, input_gradient);
  }

  // `batch` is x̂, or, Again, x.
  template <detail::Walk W, bool Again>
  void differentiate(const Channels<const S>& batch, const Channels<const S>& gradient,
                     const Channels<S>& result) {
    const detail::SetShape shape = detail::channel_sets(gradient);
    const detail::NormalizedBatch<S, Again> all{detail::channel_memory(batch), known(0)};
    detail::for_set_blocks(shape, [&](Eigen::Index k, Eigen::Index count) {
      detail::SetBlock<S> block;
      const auto part = shape.part(count);
      const auto dy = detail::channel_memory(gradient).from(k);
      detail::set_gradient_sums<detail::Weight::none, S, W>(part, dy, all.from(k), nullptr,
                                                            block.sums, block.products);
      detail::set_means<S>(count, 1.0, block.sums, block.products, this->row(3) + k,
                           this->row(1) + k);
      // Constants have no derivative.
      const double divisor = was_frozen_ ? ranges::infinity : shape.size();
      detail::set_means<S>(count, divisor, block.sums, block.products, block.mean, block.mean_rest);
      detail::set_products<S>(count, this->row(0) + k, known(k).scale, block.scale);
      detail::set_input_gradient<detail::Weight::none, S, W>(
          part, dy, detail::channel_memory(result).from(k), all.from(k), nullptr,
          {block.mean, block.mean_rest, block.scale});
    });
  }

  double epsilon_;
  bool frozen_ = false, was_frozen_ = false;  // now, and in the last forward()
  detail::KeptBatch<S> kept_;                 // its x̂
  detail::Buffer<S> known_;                   // how it was normalized
  detail::Buffer<double> sums_, products_;    // its moments
};

}  // namespace eigentrain
