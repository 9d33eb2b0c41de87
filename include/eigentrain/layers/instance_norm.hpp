// SPDX-License-Identifier: MIT
// Instance normalization: of groups of one channel, with running statistics where they are wanted.
#pragma once

#include "eigentrain/layers/grouped_norm.hpp"
#include "eigentrain/layers/running_statistics.hpp"

namespace eigentrain {

/// The options of InstanceNorm.
struct InstanceNormOptions {
  double epsilon = 1e-5;    ///< added to the variance, in (0, ∞)
  bool track = false;       ///< running statistics, which evaluate() then normalizes by
  double momentum = 0.1;    ///< weight of the newest batch in them, in [0, 1]
  bool cumulative = false;  ///< the same weight for all batches instead
};

/// Instance normalization: every channel of every sample gets mean 0 and variance 1: GroupNorm with
/// as many groups as channels.
///
///     et::InstanceNorm<float> norm(64);
///     norm.forward(et::channels(x, 0), et::channels(y, 0));
///
/// Needs tensors: a matrix has one value a feature and sample, which is refused.
///
/// With `track = true`, forward() does the same, and moves running statistics (see
/// RunningStatistics) towards μ and σ²·n/(n−1) of the batch's samples, n values each, averaged over
/// the samples; evaluate() normalizes by these, single values (so matrices) too. Without, they stay
/// at 0 and 1, and a checkpoint has none.
///
///     et::InstanceNorm<float> norm(64, {.track = true});
///
/// Ulyanov, Vedaldi & Lempitsky, "Instance Normalization", 2016. As torch.nn.InstanceNorm1d to 3d
/// with affine=True; for the default there, affine=False, don't add γ and β to the parameters.
/// `track` is track_running_stats there, where batches aren't counted, so that no average is
/// cumulative, and where those that aren't finite spoil the statistics.
template <class S>
class InstanceNorm : public GroupedNorm<S, InstanceNorm<S>, RunningStatistics<S>> {
  using Base = GroupedNorm<S, InstanceNorm<S>, RunningStatistics<S>>;
  friend PerSample<S, RunningStatistics<S>, InstanceNorm<S>>;

 public:
  /// Its name in messages.
  static constexpr const char* name = "InstanceNorm";
  /// Throws std::invalid_argument if features < 1 or an option is out of its range.
  template <std::same_as<InstanceNormOptions> O = InstanceNormOptions>
  explicit InstanceNorm(Eigen::Index features, const O& options = {})
      : Base(features, features, options.epsilon), tracks_(options.track) {
    this->set_momentum(options.momentum);
    this->set_cumulative(options.cumulative);
  }

  /// Whether there are running statistics.
  bool tracks() const { return tracks_; }

  /// Evaluation: by the running statistics if there are any, else as forward(). Changes nothing, so
  /// threads may share the layer. Throws as forward(), but takes single values in the first case.
  void evaluate(const BatchInput<S>& input, BatchOutput<S> output) const {
    if (!tracks_) return Base::evaluate(input, output);
    detail::require_features(input, output, this->features(), name);
    this->template normalize_by_running<detail::in_matrices>(
        this->epsilon_, detail::columns_of<const S>(input), detail::columns_of<S>(output));
  }
  /// The same for tensors: see channels().
  void evaluate(const Channels<const S>& input, const Channels<S>& output) const {
    if (!tracks_) return Base::evaluate(input, output);
    detail::require_features(input, output, this->features(), name);
    this->template normalize_by_running<detail::Walk::either>(this->epsilon_, input, output);
  }

  /// As RunningStatistics', if there are any.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    if (tracks_) RunningStatistics<S>::visit_state(visit);
  }

 private:
  template <detail::Walk W>
  void train(const Channels<const S>& input, const Channels<S>& output,
             const Channels<S>& normalized, S* scales) {
    const auto moments = this->clear_sums();
    this->template normalize<W>(input, output, normalized, scales, moments);
    if (!tracks_ || input.samples == 0) return;
    const auto samples = static_cast<double>(input.samples);
    for (Eigen::Index c = 0; c < this->features(); ++c) {
      moments.means[c] /= samples;
      moments.squares[c] /= samples;
    }
    this->move_to(static_cast<double>(input.positions * input.inner), moments.means,
                  moments.squares);
  }

  bool tracks_;
};

}  // namespace eigentrain
