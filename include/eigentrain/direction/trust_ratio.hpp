// SPDX-License-Identifier: MIT
// The trust ratio: each tensor's update in proportion to the tensor. What makes LARS and LAMB.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/l2_norm.hpp"

namespace eigentrain {

/// The options of trust_ratio().
struct TrustRatioOptions {
  double coefficient = 1.0;   ///< η > 0
  double weight_decay = 0.0;  ///< λ ≥ 0: u + λ·p is scaled, ‖u‖ + λ‖p‖ divides
  double epsilon = 0.0;       ///< ε ≥ 0, added to what divides
  double least_weight = 0.0;  ///< ≥ 0: φ's lower bound, a norm of p below counts as this one
  double most_weight = ranges::infinity;  ///< > 0: φ's upper bound
  double most_ratio = ranges::infinity;   ///< > 0: a larger ratio counts as this one
  bool only_decayed = false;  ///< true: tensors added with weight_decay = false keep the ratio 1
};

/// The transform made by trust_ratio().
class TrustRatio {
 public:
  static constexpr std::string_view state_name = "trust_ratio";

  /// The ratios of the last step: measured[i] for the tensor with number i.
  struct Measurement {
    /// The ratio of tensor i of the list in the last step; 0 if it took no part.
    double operator[](Index i) const { return ratios[static_cast<std::size_t>(i)]; }
    /// One more than the largest number of a tensor.
    Index size() const { return static_cast<Index>(ratios.size()); }

    detail::Buffer<double> ratios;  ///< by the number of a tensor

    template <class Visitor, class List>
    void visit_state(Visitor&, const List&) {}  // made anew in each step
  };

  explicit TrustRatio(const TrustRatioOptions& options) : options_(options) { check(); }

  const TrustRatioOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    measured.ratios.resize(stream.tensors());
    std::fill_n(measured.ratios.data(), measured.ratios.size(), 0.0);
    const auto ratio_at = [&](const auto& tensor) -> double& {
      return measured.ratios[static_cast<std::size_t>(tensor.number)];
    };
    const auto wanted = [&](const auto& tensor) {
      return !options_.only_decayed || tensor.options->weight_decay;
    };
    stream.for_each_tensor([&](const auto& tensor, const auto&) { ratio_at(tensor) = 1.0; });
    detail::weight_and_update_norms(
        stream, wanted, [&](const auto& tensor, double weight, double update) {
          ratio_at(tensor) = ratio_of(weight, update, tensor.options->weight_decay);
        });
  }

  template <class S>
  auto at(const Step&, const Measurement& measured) const {
    return per_tensor([decay = options_.weight_decay,
                       ratios = measured.ratios.data()](const Tensor<S>& tensor) {
      // An update that has all but vanished must not make it infinite; NaN stays.
      constexpr double most = static_cast<double>(std::numeric_limits<S>::max());
      const double ratio = std::min(ratios[tensor.number], most);
      const Exact decayed = Exact(tensor.options->weight_decay ? decay : 0.0) * ratio;
      return
          [r = S(ratio), d = S(decayed[0])](const auto& u, const auto& p) { return r * u + d * p; };
    });
  }

 private:
  EIGENTRAIN_NOINLINE void check() const {
    constexpr const char* owner = "trust_ratio";
    require_in(ranges::positive, options_.coefficient, owner, "coefficient");
    require_in(ranges::not_negative, options_.weight_decay, owner, "weight_decay");
    require_in(ranges::not_negative, options_.epsilon, owner, "epsilon");
    require_in(ranges::not_negative, options_.least_weight, owner, "least_weight");
    require_in(ranges::positive_or_infinite, options_.most_weight, owner, "most_weight");
    require(options_.least_weight <= options_.most_weight,
            "trust_ratio: least_weight must not be above most_weight, got ", options_.least_weight,
            " and ", options_.most_weight);
    require_in(ranges::positive_or_infinite, options_.most_ratio, owner, "most_ratio");
  }

  EIGENTRAIN_NOINLINE double ratio_of(double weight, double update, bool decays) const {
    // NaN goes through to the parameters, as it would without a ratio.
    if (weight < options_.least_weight) weight = options_.least_weight;
    if (weight > options_.most_weight) weight = options_.most_weight;
    if (update == 0.0 || weight == 0.0) return 1.0;
    const Exact decay = decays ? options_.weight_decay : 0.0;
    const Exact below = decay * weight + update + options_.epsilon;
    const double ratio = (Exact(options_.coefficient) * weight / below)[0];
    return ratio > options_.most_ratio ? options_.most_ratio : ratio;
  }

  TrustRatioOptions options_;
};

/// Scales each tensor's update to the length of the tensor itself, so that all of them change by
/// the same share in a step:
///
///     u_k ← r_k·(u_k + λ·p_k),   r_k = min(most_ratio, η·φ(‖p_k‖₂) / (‖u_k‖₂ + λ‖p_k‖₂ + ε))
///
/// φ(z) = min(max(z, least_weight), most_weight), which is z itself by default; r = 1 where ‖u_k‖₂
/// or φ is 0. After a direction it makes LAMB, before momentum LARS:
///
///     auto optimizer = et::chain<float>(et::adam_direction({.epsilon = 1e-6}),
///                                       et::decay_weights(0.01), et::trust_ratio({}),
///                                       et::descend(1e-3));
///     optimizer.measured<et::TrustRatio>()[i];   // the ratio of tensor i
///
/// Takes no state: the elements are read once more before the pass, for the norms of p and of u,
/// which are formed in double with the same bits everywhere. A value that isn't finite spreads over
/// its tensor; clip_by_global_norm() in front refuses it. Tensors with {.weight_decay = false}
/// don't decay and, with `only_decayed`, have the ratio 1, as usual for biases and normalization;
/// the papers make no difference.
///
/// Throws std::invalid_argument for options out of range. You, Gitman & Ginsburg, "Large batch
/// training of convolutional networks", 2017; You et al., "Large batch optimization for deep
/// learning: training BERT in 76 minutes", 2020. PyTorch has neither. optax.scale_by_trust_ratio
/// takes the norm of u + λ·p together: et::add_decay(λ) in front of this, with λ = 0 here.
template <std::same_as<TrustRatioOptions> Options = TrustRatioOptions>
TrustRatio trust_ratio(const Options& options) {
  return TrustRatio(options);
}

}  // namespace eigentrain
