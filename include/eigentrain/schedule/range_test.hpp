// SPDX-License-Identifier: MIT
// Finds a learning rate: a short training with a rate that grows until the loss explodes.
#pragma once

#include <cmath>
#include <concepts>
#include <vector>

#include "eigentrain/schedule/exponential.hpp"
#include "eigentrain/schedule/linear.hpp"

namespace eigentrain {

/// How the rate grows in a learning_rate_range_test().
enum class RangeTestGrowth { exponential, linear };

/// The options of learning_rate_range_test().
struct RangeTestOptions {
  double lowest = 1e-7;                                   ///< the first rate, in (0, ∞)
  double highest = 10.0;                                  ///< the last rate, above the first
  std::int64_t steps = 100;                               ///< N ≥ 2
  RangeTestGrowth growth = RangeTestGrowth::exponential;  ///< how the rate rises
  double smoothing = 0.98;  ///< β in [0, 1): weight of the past in the smoothed loss
  double divergence = 4.0;  ///< d > 1: how many times the lowest loss is too much
};

/// What a learning_rate_range_test() saw.
struct RangeTestResult {
  /// One step of the test.
  struct Point {
    double rate;      ///< the learning rate
    double loss;      ///< the loss at it
    double smoothed;  ///< the smoothed loss
  };
  std::vector<Point> curve;       ///< in the order of the rates; all finite
  bool diverged = false;          ///< true: it stopped before the last rate
  double suggestion = 0.0;        ///< the rate where the smoothed loss falls fastest; 0: nowhere
  double tenth_of_minimum = 0.0;  ///< a tenth of the rate of the lowest smoothed loss; 0: no fall
};

namespace detail {

EIGENTRAIN_NOINLINE inline void check_range_test(const RangeTestOptions& options) {
  constexpr const char* owner = "learning_rate_range_test";
  require_in(ranges::positive, options.lowest, owner, "lowest");
  require_in({options.lowest, ranges::infinity, true, true}, options.highest, owner, "highest");
  require_at_least(2, options.steps, owner, "steps");
  require(
      options.growth == RangeTestGrowth::exponential || options.growth == RangeTestGrowth::linear,
      "learning_rate_range_test: growth must be one of RangeTestGrowth's names");
  require_in(ranges::fraction_below_one, options.smoothing, owner, "smoothing");
  require_in({1.0, ranges::infinity, true}, options.divergence, owner, "divergence");
}

template <class = void>
EIGENTRAIN_NOINLINE double range_test_rate(const RangeTestOptions& options, std::int64_t step) {
  const std::int64_t last = options.steps - 1;
  if (step == last) return options.highest;
  if (options.growth == RangeTestGrowth::linear) {
    return LinearDecay({options.lowest, options.highest, last})(step);
  }
  return ExponentialDecay({options.lowest, options.highest / options.lowest, last})(step);
}

// The first tenth is left out, as the mean of few losses jumps. The rates are equally far apart on
// the axis that belongs to their growth, so that differences are slopes.
template <std::same_as<RangeTestResult> Result>
void suggest_rates(Result& result) {
  const auto& curve = result.curve;
  const std::size_t first = curve.size() / 10;
  std::size_t lowest = first;
  for (std::size_t i = first; i < curve.size(); ++i) {
    if (curve[i].smoothed < curve[lowest].smoothed) lowest = i;
  }
  double steepest = 0.0;
  for (std::size_t i = first + 1; i + 1 < curve.size() && i <= lowest; ++i) {
    const double slope = (Exact(curve[i + 1].smoothed) - Exact(curve[i - 1].smoothed))[0];
    if (!(slope < steepest)) continue;
    steepest = slope;
    result.suggestion = curve[i].rate;
  }
  if (lowest > first) result.tenth_of_minimum = (Exact(curve[lowest].rate) / Exact(10.0))[0];
}

}  // namespace detail

/// Trains for N steps at most, with a rate that grows from step to step, and says at which rate the
/// loss falls fastest. `step(rate)` is the caller's: it makes one step with this rate and returns
/// the loss, which is smoothed by a mean that forgets:
///
///     rate = lowest·(highest/lowest)^(k/(N − 1)), or along a line;   k = 0 … N − 1
///     sₖ = β·sₖ₋₁ + (1 − β)·lossₖ,   smoothed = sₖ/(1 − βᵏ⁺¹)
///
/// Stops where the loss isn't finite or the smoothed one is above b + (d − 1)·|b|, with b the
/// lowest so far. Nothing is restored: work on copies, or start again from the same seed.
///
///     Model copy = model;
///     et::Sgd<float> trial({.learning_rate = [&](std::int64_t) { return rate; }});
///     const auto found = et::learning_rate_range_test({}, [&](double next) {
///       rate = next;
///       const double loss = copy.learn(batches.next());
///       trial.step(copy.parameters());
///       return loss;
///     });
///     found.suggestion;   // at the steepest descent
///
/// The two suggestions are rules of thumb; look at the curve. A large β moves both to larger rates.
/// Throws std::invalid_argument if an option is out of its range, and what `step` throws.
///
/// Smith, "Cyclical Learning Rates for Training Neural Networks", 2015, with lines. As fastai's
/// lr_find, whose valley() and slide() are not here.
template <class Function>
RangeTestResult learning_rate_range_test(const RangeTestOptions& options, Function&& step) {
  detail::check_range_test(options);
  RangeTestResult result;
  Exact sum(0.0), weight(0.0);  // of the losses so far; the weight is 1 − βᵏ⁺¹
  const Exact beta(options.smoothing), rest = Exact(1.0) - beta;
  double best = ranges::infinity;
  for (std::int64_t k = 0; k < options.steps && !result.diverged; ++k) {
    const double rate = detail::range_test_rate(options, k);
    const double loss = static_cast<double>(step(rate));
    sum = beta * sum + rest * Exact(loss);
    weight = beta * weight + rest;
    const double smoothed = (sum / weight)[0];
    result.diverged = !ranges::finite.contains(smoothed);
    if (result.diverged) break;
    result.curve.push_back({rate, loss, smoothed});
    best = smoothed < best ? smoothed : best;
    const Exact room = (Exact(options.divergence) - Exact(1.0)) * Exact(std::fabs(best));
    result.diverged = smoothed > (Exact(best) + room)[0] && k + 1 < options.steps;
  }
  detail::suggest_rates(result);
  return result;
}

}  // namespace eigentrain
