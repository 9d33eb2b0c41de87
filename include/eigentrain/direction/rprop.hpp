// SPDX-License-Identifier: MIT
// Only the sign of the gradient counts: the direction of Rprop.
#pragma once

#include <algorithm>
#include <limits>

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of rprop_direction().
struct RpropDirectionOptions {
  double initial_step = 1e-2;  ///< of every parameter, > 0
  double eta_minus = 0.5;      ///< the step's factor after a change of sign, in (0, 1)
  double eta_plus = 1.2;       ///< its factor while the sign stays, > 1
  double min_step = 1e-6;      ///< > 0
  double max_step = 50.0;      ///< ≥ min_step
};

/// The transform made by rprop_direction().
class RpropDirection {
 public:
  static constexpr std::string_view state_name = "rprop";
  static constexpr std::string_view slot_names[] = {"prev", "step_size"};
  static constexpr int slots = 2;

  explicit RpropDirection(const RpropDirectionOptions& options) : options_(options) {
    constexpr const char* owner = "rprop_direction";
    require_in(ranges::positive, options.initial_step, owner, "initial_step");
    require_in({0.0, 1.0, true, true}, options.eta_minus, owner, "eta_minus");
    require_in({1.0, ranges::infinity, true, true}, options.eta_plus, owner, "eta_plus");
    require_in(ranges::positive, options.min_step, owner, "min_step");
    require_in({options.min_step, ranges::infinity, false, true}, options.max_step, owner,
               "max_step");
  }

  const RpropDirectionOptions& options() const { return options_; }

  template <class S>
  auto at(const Step&) const {
    // A step of zero is one that has not been set yet, so none may become zero.
    constexpr S smallest = std::numeric_limits<S>::min();
    return [initial = std::max(S(options_.initial_step), smallest), minus = S(options_.eta_minus),
            plus = S(options_.eta_plus), least = std::max(S(options_.min_step), smallest),
            most = std::max(S(options_.max_step), smallest)](const auto& g, const auto&,
                                                             auto& previous, auto& step) {
      using P = std::remove_cvref_t<decltype(step)>;
      const P now = sign(g), agreement = now * previous, zero = S(0);
      const auto turned = agreement < zero;
      const P factor = select(agreement > zero, plus, select(turned, minus, S(1)));
      step = clamp(select(step == zero, initial, step) * factor, least, most);
      previous = select(turned, zero, now);
      return previous * step;
    };
  }

 private:
  RpropDirectionOptions options_;
};

/// The sign of the gradient, times a step size that every parameter has for itself. It grows while
/// the sign stays and shrinks when it has changed, in which case the parameter rests for one step:
///
///     a = sign(g)·sign(g₋)
///     Δ ← clamp(Δ·(η₊ if a > 0, η₋ if a < 0, else 1), min_step, max_step)
///     g₋ ← 0 if a < 0, else g,   u = sign(g₋)·Δ
///
/// For gradients of the whole data set: noise in the sign makes the steps meaningless.
///
///     auto optimizer = et::chain<float>(et::rprop_direction({}), et::descend(1.0));
///
/// Throws std::invalid_argument for options out of range. Riedmiller & Braun, "A direct adaptive
/// method for faster backpropagation learning: the RPROP algorithm", 1993, in the form iRprop⁻ of
/// Igel & Hüsken, "Improving the Rprop learning algorithm", 2000, as torch.optim.Rprop. There `lr`
/// is the initial step, and a is the sign of the product g·g₋, which may underflow. Only the sign
/// of g₋ is kept. A tensor's learning_rate_scale multiplies u, behind the bounds of Δ.
inline RpropDirection rprop_direction(const RpropDirectionOptions& options) {
  return RpropDirection(options);
}

}  // namespace eigentrain
