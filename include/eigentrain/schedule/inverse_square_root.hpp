// SPDX-License-Identifier: MIT
// Rates that rise along a line and then fall like one over the root of the step.
#pragma once

#include <cstdint>

#include "eigentrain/core/functions.hpp"
#include "eigentrain/schedule/between.hpp"

namespace eigentrain {

/// The options of inverse_square_root().
struct InverseSquareRootOptions {
  double peak = 1e-3;          ///< η₀ in [0, ∞)
  std::int64_t warmup = 0;     ///< w ≥ 0, the step of the peak
  double start = 0.0;          ///< in [0, ∞), the rate of step 0 if there is a warm-up
  std::int64_t timescale = 0;  ///< s ≥ 0; 0: as w, which must be ≥ 1 then
};

/// The schedule made by inverse_square_root().
class InverseSquareRoot {
 public:
  explicit InverseSquareRoot(const InverseSquareRootOptions& options) : options_(options) {
    require_in(ranges::not_negative, options.peak, "inverse_square_root", "peak");
    require_in(ranges::not_negative, options.start, "inverse_square_root", "start");
    require_at_least(0, options.warmup, "inverse_square_root", "warmup");
    require_at_least(0, options.timescale, "inverse_square_root", "timescale");
    require(options.warmup > 0 || options.timescale > 0,
            "inverse_square_root: warmup or timescale must be at least 1, got 0 and 0");
    if (options.timescale == 0) options_.timescale = options.warmup;
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "inverse_square_root", "step");
    const std::int64_t since = step - options_.warmup;
    if (since < 0) {
      return detail::linear_between(options_.start, options_.peak, static_cast<double>(step),
                                    static_cast<double>(options_.warmup));
    }
    const Exact scale(static_cast<double>(options_.timescale));
    const Exact now = scale + Exact(static_cast<double>(since));
    return (Exact(options_.peak) * sqrt(scale / now))[0];
  }

 private:
  InverseSquareRootOptions options_;
};

/// Raises the rate along a line for w steps and then lets it fall, without end, like one over the
/// root of the step, a pure function of the step t:
///
///     η(t) = start + (η₀ − start)·t/w      for t < w
///     η(t) = η₀·√(s/(t − w + s))           from there on; with s = w, η₀·√(w/t)
///
/// The training may end when it likes. The same bits on every machine. Throws
/// std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::inverse_square_root({.peak = 1e-3, .warmup = 1000});
///     rate(500);     // 5e-4
///     rate(4'000);   // 5e-4
///
/// As fairseq's inverse_sqrt; with a timescale as get_inverse_sqrt_schedule of Hugging Face's
/// transformers. Raffel et al. (T5), 2020, hold the rate first: start = η₀.
inline InverseSquareRoot inverse_square_root(const InverseSquareRootOptions& options) {
  return InverseSquareRoot(options);
}

/// The options of noam().
struct NoamOptions {
  std::int64_t model_size = 512;  ///< d ≥ 1, the width of the model
  std::int64_t warmup = 4000;     ///< w ≥ 1, the steps in which the rate rises
  double scale = 1.0;             ///< c in [0, ∞)
};

/// The schedule made by noam().
class Noam {
 public:
  explicit Noam(const NoamOptions& options) : options_(options) {
    require_at_least(1, options.model_size, "noam", "model_size");
    require_at_least(1, options.warmup, "noam", "warmup");
    require_in(ranges::not_negative, options.scale, "noam", "scale");
  }

  /// The rate at a step. Throws std::invalid_argument if step < 0.
  template <class = void>
  double operator()(std::int64_t step) const {
    require_at_least(0, step, "noam", "step");
    const Exact n = Exact(static_cast<double>(step)) + Exact(1.0);
    const Exact scale =
        Exact(options_.scale) / sqrt(Exact(static_cast<double>(options_.model_size)));
    const Exact warmup(static_cast<double>(options_.warmup));
    if (step < options_.warmup) return (scale * (n / warmup) / sqrt(warmup))[0];
    return (scale / sqrt(n))[0];
  }

 private:
  NoamOptions options_;
};

/// The transformer's schedule, a pure function of the step t:
///
///     η(t) = c·d^−½·min(n^−½, n·w^−3/2),   n = t + 1
///
/// The paper counts steps from 1, and so does n; the peak c/√(d·w) is at t = w − 1. The same bits
/// on every machine. Throws std::invalid_argument if an option is out of its range.
///
///     et::Schedule rate = et::noam({.model_size = 512, .warmup = 4000});
///     rate(3'999);   // 6.99e-4
///
/// Vaswani et al., "Attention Is All You Need", 2017, named after Noam Shazeer.
inline Noam noam(const NoamOptions& options) {
  return Noam(options);
}

}  // namespace eigentrain
