// SPDX-License-Identifier: MIT
// Division by the root mean square: the direction of RMSProp.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of rms_direction().
struct RmsDirectionOptions {
  double alpha = 0.99;               ///< decay of the mean square, in [0, 1)
  double epsilon = 1e-8;             ///< added to the root, > 0
  bool centered = false;             ///< divide by an estimate of the standard deviation instead
  bool epsilon_inside_root = false;  ///< ε is added to the mean square, not to its root
};

/// The transform made by rms_direction().
class RmsDirection {
 public:
  static constexpr std::string_view state_name = "rms";
  static constexpr std::string_view slot_names[] = {"square_avg", "grad_avg"};

  explicit RmsDirection(const RmsDirectionOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.alpha, "rms_direction", "alpha");
    require_in(ranges::positive, options.epsilon, "rms_direction", "epsilon");
  }

  const RmsDirectionOptions& options() const { return options_; }
  /// Its state values for each parameter.
  int slots() const { return options_.centered ? 2 : 1; }

  template <class S>
  auto at(const Step&) const {
    const S alpha = S(options_.alpha);
    const S weight = S(1.0 - options_.alpha);
    // One of both is zero and leaves the bits as they are; a rule more would be long to compile.
    const S inside = S(options_.epsilon_inside_root ? options_.epsilon : 0.0);
    const S epsilon = S(options_.epsilon_inside_root ? 0.0 : options_.epsilon);
    const auto plain = [=](const auto& g, const auto&, auto& v) {
      v = flush_subnormal(alpha * v + (weight * g) * g);
      return g / (sqrt(v + inside) + epsilon);
    };
    const auto centered = [=](const auto& g, const auto&, auto& v, auto& mean) {
      v = flush_subnormal(alpha * v + (weight * g) * g);
      mean = flush_subnormal(alpha * mean + weight * g);
      // Rounding can push the variance of a constant gradient below zero, and its root to NaN.
      return g / (sqrt(max(v - mean * mean, S(0)) + inside) + epsilon);
    };
    return either(options_.centered, centered, plain);
  }

 private:
  RmsDirectionOptions options_;
};

/// The gradient over the root of a running mean of its squares:
///
///     v ← α·v + (1 − α)·g²,   u = g / (√v + ε)
///     centered: ḡ ← α·ḡ + (1 − α)·g,   u = g / (√max(v − ḡ², 0) + ε)
///
///     auto optimizer = et::chain<float>(et::rms_direction({.alpha = 0.9}), et::descend(1e-3));
///
/// Throws std::invalid_argument for options out of range. Tieleman & Hinton, "Lecture 6.5:
/// RMSProp", 2012; Graves, "Generating sequences with recurrent neural networks", 2013, for the
/// centered form. As torch.optim.RMSprop, which lets the root of a negative variance become NaN
/// where this clamps. Keras and Optax have α = 0.9 and ε inside the root, {.epsilon_inside_root =
/// true}: u = g / √(v + ε), with 1e-7 and 1e-8. Means that have decayed into the subnormals become
/// zero.
inline RmsDirection rms_direction(const RmsDirectionOptions& options) {
  return RmsDirection(options);
}

}  // namespace eigentrain
