// SPDX-License-Identifier: MIT
// A rate that falls at the steps that one names.
#pragma once

#include <utility>

#include "eigentrain/core/power.hpp"
#include "eigentrain/schedule/boundaries.hpp"

namespace eigentrain {

namespace detail {
template <class Rate>
struct MultiStepDecayOptionsOf {
  Rate initial = 1e-3;                        ///< η₀ in [0, ∞)
  double factor = 0.1;                        ///< γ in (0, ∞)
  std::vector<std::int64_t> boundaries = {};  ///< b₁ < b₂ < …, ≥ 1; there may be none
};
}  // namespace detail

/// The options of multi_step_decay().
using MultiStepDecayOptions = detail::MultiStepDecayOptionsOf<double>;

/// The schedule made by multi_step_decay().
class MultiStepDecay {
 public:
  template <class = void>
  explicit MultiStepDecay(MultiStepDecayOptions options) : options_(std::move(options)) {
    require_in(ranges::not_negative, options_.initial, "multi_step_decay", "initial");
    require_in(ranges::positive, options_.factor, "multi_step_decay", "factor");
    detail::require_rising(1, options_.boundaries, "multi_step_decay", "boundaries");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "multi_step_decay", "step");
    if (options_.initial == 0.0) return 0.0;  // however large the factor's power
    const auto falls = static_cast<std::int64_t>(detail::count_reached(options_.boundaries, step));
    return (Exact(options_.initial) * power(options_.factor, falls))[0];
  }

 private:
  MultiStepDecayOptions options_;
};

/// Multiplies the rate by a factor at each of the named steps, a pure function of the step t:
///
///     η(t) = η₀ · γᵏ,   k = how many boundaries are ≤ t
///
/// O(log n) for n boundaries, and the same bits on every machine. Throws std::invalid_argument if
/// an option is out of its range or a boundary isn't above the one before.
///
///     et::Schedule rate = et::multi_step_decay({.initial = 0.1, .boundaries = {30'000, 60'000}});
///     rate(29'999);   // 0.1
///     rate(30'000);   // 0.01
///     rate(60'000);   // 0.001
///
/// As torch.optim.lr_scheduler.MultiStepLR, which also takes milestones out of order or twice, and
/// counts epochs.
template <class = void>
MultiStepDecay multi_step_decay(MultiStepDecayOptions options) {
  return MultiStepDecay(std::move(options));
}

}  // namespace eigentrain
