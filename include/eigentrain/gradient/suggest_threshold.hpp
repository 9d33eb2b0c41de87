// SPDX-License-Identifier: MIT
// A clipping threshold from the norms that a training run had.
#pragma once

#include "eigentrain/gradient/history.hpp"

namespace eigentrain {

/// The options of suggest_threshold().
struct SuggestThresholdOptions {
  double factor = 1.5;       ///< f in (0, ∞), the threshold in units of the phase's median
  std::int64_t least = 100;  ///< how many values a phase must have, ≥ 2
  double tolerance = 1.25;   ///< r in [1, ∞), by what factor the medians of its halves may differ
};

/// What suggest_threshold() found.
struct SuggestedThreshold {
  double threshold = ranges::infinity;  ///< f·median; ∞, which clips nothing, where that isn't
                                        ///< positive and finite
  double median = 0.0;                  ///< of the phase's finite norms; NaN if there is none
  double drift = 0.0;  ///< the median of the phase's later half divided by the earlier's, or NaN
  double share_above = 0.0;  ///< what share of the phase's norms would have been clipped, in [0, 1]
  Index first = 0;           ///< the phase is the window's values [first, size())
  bool stable = false;       ///< whether the threshold can be relied upon
};

/// Suggests a threshold for clip_by_global_norm() from norms that were observed without clipping
/// (or before it): a little above the median of a stable phase, so that ordinary steps are left
/// alone and outliers are cut.
///
///     et::History norms(2000);
///     // in each step: norms.push(monitor.total().gradient_norm);
///     const et::SuggestedThreshold suggested = et::suggest_threshold(norms);
///     if (suggested.stable) std::cout << "clip at " << suggested.threshold;
///
/// The rule, for a window of n norms. Norms mostly fall at first; what comes before a stable phase
/// is discarded by eighths of the window: of the phases [k·n/8, n), k = 0 … 7, with at least
/// `least` values the first one is taken in which all norms are finite and
///
///     1/r ≤ median(later half) / median(earlier half) ≤ r,   threshold = f · median(phase)
///
/// If no phase is stable, the threshold is formed from the last of those with `least` values, or
/// from the whole window if that has fewer; `stable` is then false: wait, or plot the norms. The
/// result is always a valid argument of clip_by_global_norm(). The same bits on every machine.
///
/// Throws std::invalid_argument for options out of range and for a history with negative values.
///
/// Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", ICML 2013,
/// §3.2, set the threshold by "statistics on the average norm over a sufficiently large number of
/// updates" and report that half to ten times this average can still converge. The median stands
/// for the average here because the outliers that clipping is for don't move it. The eighths, f and
/// r are this library's choice. PyTorch, Keras and Optax have nothing of the kind; AutoClip
/// (Seetharaman et al., 2020) clips at a percentile of all norms so far, anew in each step.
template <class = void>
EIGENTRAIN_NOINLINE SuggestedThreshold
suggest_threshold(const History& norms, const SuggestThresholdOptions& options = {}) {
  require_in(ranges::positive, options.factor, "suggest_threshold", "factor");
  require_at_least(2, options.least, "suggest_threshold", "least");
  require_in({1.0, ranges::infinity, false, true}, options.tolerance, "suggest_threshold",
             "tolerance");
  require(!(norms.min() < 0.0), "suggest_threshold: norms must not be negative, got ", norms.min());

  const Index n = norms.size();
  SuggestedThreshold result;
  for (Index k = 0; k < 8 && !result.stable; ++k) {
    const Index first = k * (n / 8) + k * (n % 8) / 8;
    if (k > 0 && n - first < options.least) break;
    result.first = first;
    const Index middle = first + (n - first) / 2;
    result.drift = norms.median(middle, n) / norms.median(first, middle);
    bool finite = n - first >= options.least;
    for (Index i = first; i < n; ++i) finite = finite && std::isfinite(norms[i]);
    result.stable = finite && result.drift <= options.tolerance &&
                    (Exact(result.drift) * Exact(options.tolerance))[0] >= 1.0;
  }
  result.median = norms.median(result.first, n);
  const double threshold = options.factor * result.median;
  if (ranges::positive.contains(threshold)) result.threshold = threshold;
  result.stable = result.stable && ranges::positive.contains(threshold);
  Index above = 0;
  for (Index i = result.first; i < n; ++i) above += norms[i] > result.threshold;
  if (n > 0)
    result.share_above = static_cast<double>(above) / static_cast<double>(n - result.first);
  return result;
}

}  // namespace eigentrain
