// SPDX-License-Identifier: MIT
// Momentum: the direction of SGD.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The options of momentum().
struct MomentumOptions {
  double momentum = 0.9;   ///< μ in [0, 1); 0 keeps no state at all
  double dampening = 0.0;  ///< τ in [0, 1]
  bool nesterov = false;   ///< needs μ > 0 and τ = 0
};

/// The transform made by momentum().
class Momentum {
 public:
  static constexpr std::string_view state_name = "momentum";
  static constexpr std::string_view slot_names[] = {"momentum_buffer"};

  explicit Momentum(const MomentumOptions& options) : options_(options) {
    require_in(ranges::fraction_below_one, options.momentum, "momentum", "momentum");
    require_in(ranges::fraction, options.dampening, "momentum", "dampening");
    require(!options.nesterov || (options.momentum > 0.0 && options.dampening == 0.0),
            "momentum: nesterov needs momentum > 0 and dampening 0, got momentum ",
            options.momentum, " and dampening ", options.dampening);
  }

  const MomentumOptions& options() const { return options_; }
  /// Its state values for each parameter.
  int slots() const { return options_.momentum > 0.0 ? 1 : 0; }

  template <class S>
  auto at(const Step& step) const {
    // The first buffer is the gradient itself: the buffer is zero then, so a weight of one does it.
    const S mu = S(options_.momentum);
    const S weight = step.count == 1 ? S(1) : S(1.0 - options_.dampening);
    const auto none = [](const auto& u, const auto&) { return u; };
    const auto heavy_ball = [mu, weight](const auto& u, const auto&, auto& buffer) {
      buffer = flush_subnormal(mu * buffer + weight * u);
      return buffer;
    };
    const auto nesterov = [mu](const auto& u, const auto&, auto& buffer) {
      buffer = flush_subnormal(mu * buffer + u);
      return u + mu * buffer;
    };
    return either(options_.momentum == 0.0, none, either(options_.nesterov, nesterov, heavy_ball));
  }

 private:
  MomentumOptions options_;
};

/// A running sum of past gradients:
///
///     b₁ = g₁,  bₜ = μ·bₜ₋₁ + (1 − τ)·gₜ,   u = b        (nesterov: u = g + μ·b)
///
///     auto optimizer = et::chain<float>(et::momentum({.momentum = 0.9}), et::descend(0.1));
///
/// Throws std::invalid_argument for options out of range. Polyak, "Some methods of speeding up the
/// convergence of iteration methods", 1964; Sutskever et al., "On the importance of initialization
/// and momentum in deep learning", 2013, for the form of Nesterov's. As torch.optim.SGD. Keras
/// folds the learning rate into the buffer, which differs once the rate changes: put descend()
/// BEFORE momentum() for that, as in chain<float>(descend(schedule), momentum({})). A buffer value
/// that has decayed into the subnormals becomes zero.
inline Momentum momentum(const MomentumOptions& options) {
  return Momentum(options);
}

}  // namespace eigentrain
