// SPDX-License-Identifier: MIT
// Rates that are named step by step: stairs and lines between points.
#pragma once

#include <utility>

#include "eigentrain/schedule/between.hpp"
#include "eigentrain/schedule/boundaries.hpp"

namespace eigentrain {

namespace detail {
template <class Rate>
struct PiecewiseConstantOptionsOf {
  std::vector<Rate> values = {};              ///< η₀, η₁, …, ηₙ, each in [0, ∞); at least one
  std::vector<std::int64_t> boundaries = {};  ///< b₁ < … < bₙ, ≥ 1: one fewer than values
};
}  // namespace detail

/// The options of piecewise_constant().
using PiecewiseConstantOptions = detail::PiecewiseConstantOptionsOf<double>;

/// The schedule made by piecewise_constant().
class PiecewiseConstant {
 public:
  template <class = void>
  explicit PiecewiseConstant(PiecewiseConstantOptions options) : options_(std::move(options)) {
    require(options_.values.size() == options_.boundaries.size() + 1,
            "piecewise_constant: there must be one boundary fewer than values, got ",
            options_.boundaries.size(), " boundaries and ", options_.values.size(), " values");
    detail::require_rates(options_.values, "piecewise_constant", "values");
    detail::require_rising(1, options_.boundaries, "piecewise_constant", "boundaries");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "piecewise_constant", "step");
    return options_.values[detail::count_reached(options_.boundaries, step)];
  }

 private:
  PiecewiseConstantOptions options_;
};

/// The rates that are given, each from its boundary on, a pure function of the step t:
///
///     η(t) = ηₖ,   k = how many boundaries are ≤ t
///
/// O(log n). Throws std::invalid_argument if a value is out of its range, a boundary isn't above
/// the one before, or the numbers of both don't fit.
///
///     et::Schedule rate = et::piecewise_constant({.values = {0.1, 0.02, 0.001},
///                                                 .boundaries = {1000, 5000}});
///     rate(999);    // 0.1
///     rate(1000);   // 0.02
///
/// Keras' PiecewiseConstantDecay changes one step later (step > boundary).
/// optax.piecewise_constant_schedule takes factors: multi_step_decay, or products of the values.
template <class = void>
PiecewiseConstant piecewise_constant(PiecewiseConstantOptions options) {
  return PiecewiseConstant(std::move(options));
}

namespace detail {
template <class Rate>
struct PiecewiseLinearOptionsOf {
  std::vector<std::int64_t> steps = {};  ///< t₁ < t₂ < …, ≥ 0; at least one
  std::vector<Rate> values = {};         ///< the rate at each of them, in [0, ∞)
};
}  // namespace detail

/// The options of piecewise_linear().
using PiecewiseLinearOptions = detail::PiecewiseLinearOptionsOf<double>;

/// The schedule made by piecewise_linear().
class PiecewiseLinear {
 public:
  template <class = void>
  explicit PiecewiseLinear(PiecewiseLinearOptions options) : options_(std::move(options)) {
    require(!options_.steps.empty() && options_.values.size() == options_.steps.size(),
            "piecewise_linear: there must be a value for each of one or more steps, got ",
            options_.values.size(), " values and ", options_.steps.size(), " steps");
    detail::require_rates(options_.values, "piecewise_linear", "values");
    detail::require_rising(0, options_.steps, "piecewise_linear", "steps");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "piecewise_linear", "step");
    const std::vector<std::int64_t>& steps = options_.steps;
    const std::size_t next = detail::count_reached(steps, step);
    if (next == 0) return options_.values.front();
    if (next == steps.size()) return options_.values.back();
    return detail::linear_between(options_.values[next - 1], options_.values[next],
                                  static_cast<double>(step - steps[next - 1]),
                                  static_cast<double>(steps[next] - steps[next - 1]));
  }

 private:
  PiecewiseLinearOptions options_;
};

/// Lines from point to point, a pure function of the step t, which stays at the first value before
/// the first point and at the last value from the last one on:
///
///     η(t) = ηₖ + (ηₖ₊₁ − ηₖ)·(t − tₖ)/(tₖ₊₁ − tₖ)   for tₖ ≤ t < tₖ₊₁
///
/// O(log n), exactly ηₖ at tₖ, and the same bits on every machine. Throws std::invalid_argument if
/// a value is out of its range, a step isn't above the one before, or the numbers of both don't
/// fit.
///
///     et::Schedule rate = et::piecewise_linear({.steps = {0, 500, 10'000},
///                                               .values = {0, 0.1, 0.001}});
///     rate(250);   // 0.05
///
/// optax.linear_onecycle_schedule is the case of four points. As numpy.interp.
template <class = void>
PiecewiseLinear piecewise_linear(PiecewiseLinearOptions options) {
  return PiecewiseLinear(std::move(options));
}

}  // namespace eigentrain
