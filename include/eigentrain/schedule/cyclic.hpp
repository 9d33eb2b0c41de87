// SPDX-License-Identifier: MIT
// A rate that goes up and down along lines.
#pragma once

#include <cstdint>

#include "eigentrain/core/power.hpp"
#include "eigentrain/schedule/between.hpp"

namespace eigentrain {

/// What becomes of the triangles of cyclic().
enum class CyclicShape {
  triangular,   ///< they stay
  triangular2,  ///< each is half as high as the one before
  exp_range     ///< their height shrinks by a factor in every step
};

/// The options of cyclic().
struct CyclicOptions {
  double base = 1e-4;  ///< η₀ in [0, ∞), where each triangle begins and ends
  double peak = 1e-2;  ///< η₁ in [0, ∞), the tip of the first one; below η₀ it goes down first
  std::int64_t rise = 2000;                     ///< a, the steps from the base to the tip, ≥ 1
  std::int64_t fall = 0;                        ///< b, the steps back; 0: as many as up
  CyclicShape shape = CyclicShape::triangular;  ///< how the height of the cycles changes
  double factor = 1.0;                          ///< γ in (0, 1], of exp_range
};

/// The schedule made by cyclic().
class Cyclic {
 public:
  explicit Cyclic(const CyclicOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.base, "cyclic", "base");
    require_in(ranges::not_negative, options.peak, "cyclic", "peak");
    require_at_least(1, options.rise, "cyclic", "rise");
    require_at_least(0, options.fall, "cyclic", "fall");
    require_in({0.0, 1.0, true}, options.factor, "cyclic", "factor");
    require(options.shape >= CyclicShape::triangular && options.shape <= CyclicShape::exp_range,
            "cyclic: shape must be one of CyclicShape's names");
    require(options.factor == 1.0 || options.shape == CyclicShape::exp_range,
            "cyclic: only exp_range takes a factor, got ", options.factor);
    if (options.fall == 0) options_.fall = options.rise;
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  EIGENTRAIN_NOINLINE double operator()(std::int64_t step) const {
    require_at_least(0, step, "cyclic", "step");
    // Together rise and fall may be more than a signed integer holds.
    const auto t = static_cast<std::uint64_t>(step), up = static_cast<std::uint64_t>(options_.rise);
    const std::uint64_t length = up + static_cast<std::uint64_t>(options_.fall), at = t % length;
    Exact factor(1.0);
    if (options_.shape == CyclicShape::triangular2) {
      factor = power(0.5, static_cast<std::int64_t>(t / length));
    } else if (options_.shape == CyclicShape::exp_range) {
      factor = power(options_.factor, step);
    }
    const double base = options_.base;
    const double tip = (Exact(base) + (Exact(options_.peak) - Exact(base)) * factor)[0];
    const double top = factor[0] == 1.0 ? options_.peak : tip;
    return at < up ? detail::linear_between(base, top, static_cast<double>(at),
                                            static_cast<double>(options_.rise))
                   : detail::linear_between(top, base, static_cast<double>(at - up),
                                            static_cast<double>(options_.fall));
  }

 private:
  CyclicOptions options_;
};

/// Triangles between two rates without end, a pure function of the step t. In cycle i, with
/// x in [0, 1] for how far t is on the way from the base to the tip, or back:
///
///     η(t) = η₀ + (η₁ − η₀)·x·k,   k = 1 (triangular), 2⁻ⁱ (triangular2) or γᵗ (exp_range)
///
/// Counted in integers, so that each tip is in its exact step, however far; the same bits on every
/// machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::cyclic({.base = 0.001, .peak = 0.01, .rise = 500});
///     et::Schedule momentum = et::cyclic({.base = 0.9, .peak = 0.8, .rise = 500});   // inversely
///     rate(250);     // 0.0055
///     rate(1'000);   // 0.001
///
/// Smith, "Cyclical Learning Rates for Training Neural Networks", 2015, who finds the two rates
/// with a learning_rate_range_test(). As torch.optim.lr_scheduler.CyclicLR.
inline Cyclic cyclic(const CyclicOptions& options) {
  return Cyclic(options);
}

}  // namespace eigentrain
