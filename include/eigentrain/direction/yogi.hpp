// SPDX-License-Identifier: MIT
// A second moment that changes by small amounts: the direction of Yogi.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of yogi_direction().
struct YogiDirectionOptions {
  double beta1 = 0.9;           ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;         ///< 1 − β₂ is the weight of a square, in [0, 1)
  double epsilon = 1e-3;        ///< added to the root, > 0
  double initial = 1e-6;        ///< v before the first step, ≥ 0
  bool bias_correction = true;  ///< false: as in the paper
};

/// The transform made by yogi_direction().
class YogiDirection {
 public:
  static constexpr std::string_view state_name = "yogi";
  static constexpr std::string_view slot_names[] = {"exp_avg", "exp_avg_sq"};
  static constexpr int slots = 2;

  explicit YogiDirection(const YogiDirectionOptions& options) : options_(options) {
    constexpr const char* owner = "yogi_direction";
    require_in(ranges::fraction_below_one, options.beta1, owner, "beta1");
    require_in(ranges::fraction_below_one, options.beta2, owner, "beta2");
    require_in(ranges::positive, options.epsilon, owner, "epsilon");
    require_in(ranges::not_negative, options.initial, owner, "initial");
  }

  const YogiDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step& step) const {
    const Exact one = 1.0;
    const bool corrects = options_.bias_correction;
    const Exact m_correction = corrects ? one - step.power(options_.beta1) : one;
    const Exact v_correction = corrects ? one - step.power(options_.beta2) : one;
    const Exact root = m_correction / sqrt(v_correction);
    const Exact margin = m_correction * options_.epsilon;
    const double start = step.count == 1 ? options_.initial : 0.0;
    return [b1 = S(options_.beta1), a1 = S(1.0 - options_.beta1), a2 = S(1.0 - options_.beta2),
            start = S(start), root = S(root[0]),
            margin = S(margin[0])](const auto& g, const auto&, auto& m, auto& v) {
      m = flush_subnormal(b1 * m + a1 * g);
      const auto before = v + start;
      // Where g·g overflows, its sign is still right.
      v = flush_subnormal(before - sign(before - g * g) * ((a2 * g) * g));
      return m / (root * sqrt(v) + margin);
    };
  }

 private:
  YogiDirectionOptions options_;
};

/// Adam with a second moment that moves toward g² by an amount that depends on g alone, so that it
/// can't fall fast when gradients become small, and the steps can't suddenly become long:
///
///     m ← β₁·m + (1 − β₁)·g                      m̂ = m / (1 − β₁ᵗ)
///     v ← v − (1 − β₂)·sign(v − g²)·g²           v̂ = v / (1 − β₂ᵗ)       u = m̂ / (√v̂ + ε)
///
/// from v = `initial` on; without `bias_correction`, m̂ = m and v̂ = v.
///
///     auto optimizer = et::chain<float>(et::yogi_direction({}), et::descend(1e-2));
///
/// Throws std::invalid_argument for options out of range. Zaheer, Reddi, Sachan, Kale & Kumar,
/// "Adaptive methods for nonconvex optimization", 2018, whose algorithm has no correction and
/// estimates v before the first step from a batch. PyTorch has none; torch_optimizer's, TensorFlow
/// Addons' and optax.yogi start m at 1e-6 too, where this starts at 0, as the paper does, so that
/// without a gradient nothing moves. Moments that have decayed into the subnormals become zero.
inline YogiDirection yogi_direction(const YogiDirectionOptions& options) {
  return YogiDirection(options);
}

}  // namespace eigentrain
