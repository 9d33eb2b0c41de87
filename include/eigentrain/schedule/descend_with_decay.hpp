// SPDX-License-Identifier: MIT
// The learning rate's place in a chain, together with weight decay that can't overshoot.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/schedule/rate_at.hpp"

namespace eigentrain {

/// The options of descend_with_decay().
struct DescendWithDecayOptions {
  Schedule learning_rate = 1e-3;  ///< η ≥ 0, a number or a schedule
  double weight_decay = 0.0;      ///< λ ≥ 0
  bool proximal = true;           ///< false: as decay_weights() and descend()
};

/// The transform made by descend_with_decay().
class DescendWithDecay {
 public:
  static constexpr std::string_view state_name = "descend_with_decay";

  explicit DescendWithDecay(DescendWithDecayOptions options) : options_(std::move(options)) {
    require_in(ranges::not_negative, options_.weight_decay, "descend_with_decay", "weight_decay");
  }

  const DescendWithDecayOptions& options() const { return options_; }
  const Schedule& rate() const { return options_.learning_rate; }
  void set_rate(Schedule rate) { options_.learning_rate = std::move(rate); }

  template <class S>
  auto at(const Step& step) const {
    const Exact rate = detail::rate_at(options_.learning_rate, step.index(), "descend_with_decay");
    return per_tensor([rate, decay = options_.weight_decay,
                       proximal = options_.proximal](const ParameterOptions& options) {
      const double own = options.weight_decay ? decay : 0.0;
      const Exact scaled = rate * options.learning_rate_scale;
      const Exact factor = proximal ? scaled / (Exact(1.0) + scaled * own) : scaled;
      return [factor = S(factor[0]), own = S(own)](const auto& u, const auto& p) {
        return factor * (u + own * p);
      };
    });
  }

 private:
  DescendWithDecayOptions options_;
};

/// descend() with decoupled weight decay in its proximal form, as the last transform of a chain,
///
///     p ← (p − η·u) / (1 + η·λ)
///
/// which shrinks weights by less than 1 for any η and λ, and to first order by as much as
/// `proximal` = false, p ← p − η·(u + λ·p). A tensor's learning_rate_scale is a factor on η, and
/// {.weight_decay = false} takes its λ away.
///
///     auto optimizer = et::chain<float>(
///         et::adan_direction({}), et::descend_with_decay({.weight_decay = 0.02}));
///
/// Throws std::invalid_argument for options out of range; a step throws it, with nothing changed,
/// when the schedule gives a rate that is negative or not finite. Xie et al., "Adan", 2022; Zhuang
/// et al., "Understanding AdamW through proximal methods and scale-freeness", 2022. PyTorch decays
/// in the other form everywhere.
inline DescendWithDecay descend_with_decay(DescendWithDecayOptions options) {
  return DescendWithDecay(std::move(options));
}

}  // namespace eigentrain
