// SPDX-License-Identifier: MIT
// Adafactor: adaptive rates with a row and a column of memory for a matrix.
#pragma once

#include "eigentrain/core/named.hpp"
#include "eigentrain/direction/adafactor.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain {

/// The options of Adafactor and adafactor().
struct AdafactorOptions {
  Schedule learning_rate = 1e-2;  ///< η ≥ 0, a number or a schedule
  double beta2_decay = -0.8;      ///< ≤ 0: a new square's weight in its mean is t to this power
  double epsilon1 = 0.0;          ///< ε₁ ≥ 0; 0: the spacing of S at 1, or 1e-30 as in the paper
  double epsilon2 = 1e-3;         ///< ε₂ ≥ 0: a tensor counts as at least this large
  double clip = 1.0;              ///< d in (0, ∞]: the largest RMS of an update
  double weight_decay = 0.0;      ///< λ ≥ 0, decoupled: a step shrinks weights by 1 − η·λ
  bool relative_step = true;      ///< the step is min(η, 1/√t); false: η
  bool scale_parameter = true;    ///< multiplies updates by the tensor's RMS
  bool paper_epsilon = false;     ///< ε₁ is added to the squares, and bounds nothing
};

/// The end of adafactor(): p ← p − ρ·u − η·λ·p with ρ = min(η, 1/√t), or η itself.
class RelativeDescend {
 public:
  static constexpr std::string_view state_name = "relative_descend";

  /// Takes what adafactor() makes of its options.
  RelativeDescend(Schedule rate, bool relative, double weight_decay)
      : rate_(std::move(rate)), relative_(relative), decay_(weight_decay) {
    require_in(ranges::not_negative, weight_decay, "adafactor", "weight_decay");
  }

  const Schedule& rate() const { return rate_; }
  void set_rate(Schedule rate) { rate_ = std::move(rate); }

  template <class S>
  auto at(const Step& step) const {
    const double rate = rate_(step.index());
    require(ranges::not_negative.contains(rate), "adafactor: the learning rate must be in [0, inf)",
            ", but the schedule gives ", rate, " at step ", step.index());
    const Exact bound = Exact(1.0) / sqrt(Exact(static_cast<double>(step.count)));
    return per_tensor([rate, most = relative_ ? bound[0] : ranges::infinity,
                       decay = decay_](const ParameterOptions& options) {
      const Exact scaled = Exact(rate) * options.learning_rate_scale;
      const Exact shrink = scaled * (options.weight_decay ? decay : 0.0);
      return [r = S(std::min(scaled[0], most)), d = S(shrink[0])](const auto& u, const auto& p) {
        return r * u + d * p;
      };
    });
  }

 private:
  Schedule rate_;
  bool relative_;
  double decay_;
};

/// Adafactor as a sequence, for use inside chain() and partition().
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adafactor({}));
template <std::same_as<AdafactorOptions> Options = AdafactorOptions>
auto adafactor(const Options& options) {
  return sequence(
      adafactor_direction({.beta2_decay = options.beta2_decay,
                           .epsilon1 = options.epsilon1,
                           .epsilon2 = options.epsilon2,
                           .clip = options.clip,
                           .scale_parameter = options.scale_parameter,
                           .paper_epsilon = options.paper_epsilon}),
      RelativeDescend(options.learning_rate, options.relative_step, options.weight_decay));
}

/// Adafactor: p ← p − min(η, 1/√t)·u − η·λ·p; see adafactor_direction().
///
///     et::Adafactor<float> optimizer;
///     optimizer.step(parameters);
///
/// Options and results are torch.optim.Adafactor's (2.5). The paper has paper_epsilon = true, no
/// decay, and the bound 1e-2 for η; a rate of one's own as in Hugging Face's code is
/// relative_step = false, there usually with scale_parameter = false. A tensor's
/// learning_rate_scale is a factor on η inside the minimum. Throws std::invalid_argument for
/// options out of range.
template <class S>
using Adafactor = Named<S, AdafactorOptions, adafactor<Later<S, AdafactorOptions>>>;

}  // namespace eigentrain
