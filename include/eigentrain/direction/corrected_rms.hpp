// SPDX-License-Identifier: MIT
// Adam's denominator alone: the direction of schedule-free AdamW.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of corrected_rms_direction().
struct CorrectedRmsDirectionOptions {
  double beta = 0.999;    ///< decay of the mean square, in [0, 1)
  double epsilon = 1e-8;  ///< added to the root, > 0
};

/// The transform made by corrected_rms_direction().
class CorrectedRmsDirection {
 public:
  static constexpr std::string_view state_name = "corrected_rms";
  static constexpr std::string_view slot_names[] = {"exp_avg_sq"};
  static constexpr int slots = 1;

  explicit CorrectedRmsDirection(const CorrectedRmsDirectionOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.beta, "corrected_rms_direction", "beta");
    require_in(ranges::positive, options.epsilon, "corrected_rms_direction", "epsilon");
  }

  const CorrectedRmsDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    const Exact one = 1.0;
    const Exact root = one / sqrt(one - step.power(options_.beta));
    return [beta = S(options_.beta), weight = S(1.0 - options_.beta), root = S(root[0]),
            epsilon = S(options_.epsilon)](const auto& g, const auto&, auto& v) {
      v = flush_subnormal(beta * v + (weight * g) * g);
      return g / (root * sqrt(v) + epsilon);
    };
  }

 private:
  CorrectedRmsDirectionOptions options_;
};

/// The gradient over the root of the mean of its squares, corrected for its start at zero:
///
///     v ← β·v + (1 − β)·g²,   u = g / (√(v / (1 − βᵗ)) + ε)
///
/// This is adam_direction() with β₁ = 0, in one state value a parameter instead of two, for those
/// who average elsewhere.
///
///     auto optimizer = et::chain<float>(et::corrected_rms_direction({}), et::schedule_free({}));
///
/// Throws std::invalid_argument for options out of range. Kingma & Ba, "Adam", 2015. Without the
/// correction it is rms_direction(). A mean that has decayed into the subnormals becomes zero.
inline CorrectedRmsDirection corrected_rms_direction(const CorrectedRmsDirectionOptions& options) {
  return CorrectedRmsDirection(options);
}

}  // namespace eigentrain
