// SPDX-License-Identifier: MIT
// One great rise and fall for the whole training, and the momentum that goes against it.
#pragma once

#include <cstdint>
#include <string_view>

#include "eigentrain/schedule/between.hpp"

namespace eigentrain {

/// The curve along which each phase of one_cycle() goes.
enum class OneCycleShape { cosine, linear };

/// One set of options serves both schedules, so that they turn in the same steps.
struct OneCycleOptions {
  double peak = 1e-2;           ///< η_max in [0, ∞)
  std::int64_t steps = 0;       ///< N, of the whole training; must be given, ≥ 1
  double rise = 0.3;            ///< the share r of the steps in which the rate rises, in [0, 1);
                                ///< at most ½ with three phases
  double start_divisor = 25.0;  ///< d ≥ 1: the rate starts at η_max/d
  double final_divisor = 1e4;   ///< f ≥ 1: and ends at η_max/(d·f)
  OneCycleShape shape = OneCycleShape::cosine;  ///< how it rises and falls
  bool three_phases = false;       ///< true: falls to the start as it rose, then to the end
  double lowest_momentum = 0.85;   ///< at the peak of the rate, in [0, 1)
  double highest_momentum = 0.95;  ///< at the start and in the end, in [0, 1)
};

/// The schedule made by one_cycle() and one_cycle_momentum().
class OneCycle {
 public:
  /// Goes from the start to the peak, the middle and the end: the corners of the phases.
  struct Corners {
    double start;   ///< the value of the first step
    double peak;    ///< that at the top
    double middle;  ///< that at the end of the second phase, where there are three
    double end;     ///< that of the last step
  };

  /// Of options that are in range; one_cycle() and one_cycle_momentum() check them.
  OneCycle(const OneCycleOptions& options, const Corners& corners)
      : corners_(corners), shape_(options.shape), last_(options.steps - 1) {
    const Exact share = Exact(options.rise) * Exact(static_cast<double>(options.steps));
    top_ = (share - Exact(1.0))[0];
    middle_ = options.three_phases ? (Exact(2.0) * share - Exact(2.0))[0] : top_;
    if (!options.three_phases) corners_.middle = corners_.peak;
  }

  /// The value at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  EIGENTRAIN_NOINLINE double operator()(std::int64_t step) const {
    require_at_least(0, step, "one_cycle", "step");
    if (step >= last_) return corners_.end;
    const auto t = static_cast<double>(step);
    if (t < top_) return between(corners_.start, corners_.peak, t, 0.0, top_);
    if (t < middle_) return between(corners_.peak, corners_.middle, t, top_, middle_);
    return between(corners_.middle, corners_.end, t, middle_, static_cast<double>(last_));
  }

 private:
  template <class = void>
  double between(double a, double b, double t, double from, double to) const {
    const double at = (Exact(t) - Exact(from))[0], of = (Exact(to) - Exact(from))[0];
    if (at >= of) return b;  // beyond 2⁵³ a phase of some steps may have no length
    return shape_ == OneCycleShape::linear ? detail::linear_between(a, b, at, of)
                                           : detail::cosine_between(a, b, at, of);
  }

  Corners corners_;
  OneCycleShape shape_;
  std::int64_t last_;    // the step of the end
  double top_, middle_;  // between steps, as PyTorch has them
};

namespace detail {

EIGENTRAIN_NOINLINE inline void check_one_cycle(const OneCycleOptions& options, const char* owner) {
  require_in(ranges::not_negative, options.peak, owner, "peak");
  require_at_least(1, options.steps, owner, "steps");
  require_in({0.0, options.three_phases ? 0.5 : 1.0, false, !options.three_phases}, options.rise,
             owner, "rise");
  require_in({1.0, ranges::infinity, false, true}, options.start_divisor, owner, "start_divisor");
  require_in({1.0, ranges::infinity, false, true}, options.final_divisor, owner, "final_divisor");
  require(options.shape == OneCycleShape::cosine || options.shape == OneCycleShape::linear, owner,
          ": shape must be one of OneCycleShape's names");
  require_in(ranges::fraction_below_one, options.lowest_momentum, owner, "lowest_momentum");
  require_in(ranges::fraction_below_one, options.highest_momentum, owner, "highest_momentum");
}

}  // namespace detail

/// Lets the rate rise to a peak and fall far below its start, in one cycle for the whole training,
/// a pure function of the step t:
///
///     η_max/d  →  η_max  →  η_max/(d·f)               at t = 0, r·N − 1, N − 1
///     η_max/d  →  η_max  →  η_max/d  →  η_max/(d·f)   at t = 0, r·N − 1, 2r·N − 2, N − 1
///
/// along half cosine waves or lines, and stays at the end. A corner may lie between two steps. The
/// same bits on every machine. Throws std::invalid_argument if an option is out of its range.
///
///     const et::OneCycleOptions cycle{.peak = 0.1, .steps = 10'000};
///     et::Schedule rate = et::one_cycle(cycle), momentum = et::one_cycle_momentum(cycle);
///
/// Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
/// Rates", 2018. As torch.optim.lr_scheduler.OneCycleLR, in which more than N steps are an error.
/// optax.linear_onecycle_schedule has other corners: use piecewise_linear() for them.
inline OneCycle one_cycle(const OneCycleOptions& options) {
  detail::check_one_cycle(options, "one_cycle");
  const double start = (Exact(options.peak) / Exact(options.start_divisor))[0];
  const double end = (Exact(start) / Exact(options.final_divisor))[0];
  return OneCycle(options, {start, options.peak, start, end});
}

/// The momentum that belongs to one_cycle() with the same options: it falls while the rate rises,
/// from highest_momentum to lowest_momentum, rises again while the rate falls, and stays in the
/// third phase.
///
///     optimizer.replace(et::momentum({.momentum = momentum(t)}));   // before step t
inline OneCycle one_cycle_momentum(const OneCycleOptions& options) {
  detail::check_one_cycle(options, "one_cycle_momentum");
  const double low = options.lowest_momentum, high = options.highest_momentum;
  return OneCycle(options, {high, low, high, high});
}

}  // namespace eigentrain
