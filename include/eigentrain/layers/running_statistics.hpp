// SPDX-License-Identifier: MIT
// The mean and the variance that a normalization keeps for evaluation.
#pragma once

#include <cmath>
#include <cstdint>

#include "eigentrain/layers/affine.hpp"
#include "eigentrain/layers/channel_sets.hpp"

namespace eigentrain {

/// Running statistics move towards those of every batch:
///
///     r ← (1 − w)·r + w·(μ, or σ²·n/(n−1)),   w = momentum, or 1/batches if cumulative
///
/// (of instance norm the averages of all samples'). They start at 0 and 1. A batch with a NaN or an
/// infinity in it leaves all of them alone.
///
/// After weights were averaged (SWA), they fit no longer. To refresh them with a pass over the
/// training data:
///
///     const bool before = norm.cumulative();
///     norm.reset_statistics();
///     norm.set_cumulative(true);               // all batches weigh the same
///     for (...) norm.forward(x, y);
///     norm.set_cumulative(before);
template <class S>
class RunningStatistics : public Affine<S> {
 public:
  /// As Scale's.
  using Vector = typename Scale<S>::Vector;
  /// As Scale's.
  using ConstVector = typename Scale<S>::ConstVector;

  /// What evaluation uses; with batches(), the state that a checkpoint needs.
  Vector running_mean() { return this->view(4); }
  /// The running variance of every channel.
  Vector running_variance() { return this->view(5); }
  /// The running mean, to be read.
  ConstVector running_mean() const { return this->view(4); }
  /// The running variance, to be read.
  ConstVector running_variance() const { return this->view(5); }

  /// How many batches the running statistics have seen.
  std::int64_t batches() const { return batches_; }
  /// Throws std::invalid_argument if batches < 0 or > 2⁶².
  void set_batches(std::int64_t batches) {
    require_count(batches, owner_, "batches");
    batches_ = batches;
  }

  /// The running statistics of the beginning: means 0, variances 1, no batches.
  void reset_statistics() {
    batches_ = 0;
    for (Eigen::Index f = 0; f < this->features(); ++f) {
      this->row(4)[f] = S(0);
      this->row(5)[f] = S(1);
    }
  }

  /// The weight of the newest batch, unless cumulative().
  double momentum() const { return momentum_; }
  /// Throws std::invalid_argument unless it is in [0, 1].
  void set_momentum(double momentum) {
    require_in(ranges::fraction, momentum, owner_, "momentum");
    momentum_ = momentum;
  }

  /// Whether all batches since the beginning, or reset_statistics(), have the same weight.
  bool cumulative() const { return cumulative_; }
  /// Whether all batches have the same weight from now on, whatever the momentum.
  void set_cumulative(bool cumulative) { cumulative_ = cumulative; }

  /// For checkpoints: what PyTorch's state_dict() has of them, by its names. γ and β are
  /// parameters.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("running_mean", this->row(4), this->features());
    visit("running_var", this->row(5), this->features());
    visit("num_batches_tracked", batches_);
    require_count(batches_, owner_, "batches");
  }

 protected:
  /// Throws std::invalid_argument if features < 1 or the momentum is outside [0, 1].
  explicit RunningStatistics(Eigen::Index features, const char* owner, double momentum = 0.1,
                             bool cumulative = false)
      : Affine<S>(features, owner, 6), owner_(owner), cumulative_(cumulative) {
    set_momentum(momentum);
    reset_statistics();
  }

  /// Throws std::invalid_argument unless the shapes are right, with `least` values a channel.
  void check(const BatchInput<S>& input, const BatchOutput<S>& output, Eigen::Index least) const {
    detail::require_features(input, output, this->features(), owner_);
    require(input.cols() >= least, owner_, ": the input is ", input.rows(), "x", input.cols(),
            ", but must have at least ", least, least == 1 ? " column" : " columns in training");
  }
  /// The same for tensors.
  void check(const Channels<const S>& input, const Channels<S>& output, Eigen::Index least) const {
    detail::require_features(input, output, this->features(), owner_);
    const Eigen::Index values = input.samples * input.positions * input.inner;
    require(values >= least, owner_, ": the input has ", values,
            " values a channel, but must have at least ", least, least == 1 ? "" : " in training");
  }

  /// `count` values a channel gave these moments.
  void move_to(double count, const double* means, const double* squares) {
    const double unbias = 1.0 / (count - 1.0);
    for (Eigen::Index f = 0; f < this->features(); ++f) {
      // Also false where the scalar type can't hold them.
      const bool finite = std::isfinite(static_cast<S>(means[f])) &&
                          std::isfinite(static_cast<S>(squares[f] * unbias));
      if (!finite) return;
    }
    ++batches_;
    const double weight = cumulative_ ? 1.0 / static_cast<double>(batches_) : momentum_;
    detail::move_statistics<S>(this->features(), weight, unbias, means, squares, this->row(4),
                               this->row(5));
  }

  /// Normalizes by the running statistics. `to` takes what that was, unless it is empty.
  template <detail::Walk W>
  void normalize_by_running(double epsilon, const Channels<const S>& input,
                            const Channels<S>& output, const Channels<S>& normalized,
                            const detail::Normalization<S>& to) const {
    const detail::SetShape shape = detail::channel_sets(input);
    detail::for_set_blocks(shape, [&](Eigen::Index k, Eigen::Index count) {
      detail::SetBlock<S> block;
      const auto by = to.mean == nullptr ? block.by(block.scale) : to.from(k);
      for (Eigen::Index i = 0; i < count; ++i) {
        block.sums[i] = static_cast<double>(this->row(4)[k + i]);
        block.products[i] = static_cast<double>(this->row(5)[k + i]);
      }
      detail::set_normalization<S>(count, 1.0, epsilon, block.sums, block.products, by);
      normalize_part<W>(shape.part(count), k, input, output, normalized, by);
    });
  }

  /// The same, of which nothing is kept.
  template <detail::Walk W>
  void normalize_by_running(double epsilon, const Channels<const S>& input,
                            const Channels<S>& output) const {
    normalize_by_running<W>(epsilon, input, output, output, {});
  }

  /// Normalizes channels from k on.
  template <detail::Walk W>
  void normalize_part(const detail::SetShape& part, Eigen::Index k, const Channels<const S>& input,
                      const Channels<S>& output, const Channels<S>& normalized,
                      const detail::Normalization<S>& by) const {
    detail::set_normalize<detail::Weight::set, S, W>(
        part, detail::channel_memory(input).from(k), detail::channel_memory(output).from(k),
        detail::channel_memory(normalized).from(k), by, this->row(0) + k, this->row(2) + k);
  }

 private:
  const char* owner_;
  double momentum_ = 0.1;
  bool cumulative_;
  std::int64_t batches_ = 0;
};

}  // namespace eigentrain
