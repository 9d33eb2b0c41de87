// SPDX-License-Identifier: MIT
// Lookahead: slow weights that follow the optimizer's fast ones.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/joined.hpp"

namespace eigentrain {

/// The options of lookahead().
struct LookaheadOptions {
  std::int64_t period = 6;  ///< k ≥ 1: steps between two synchronizations
  double alpha = 0.5;       ///< α in (0, 1]: how far the slow weights go
};

/// The transform made by lookahead().
class Lookahead {
 public:
  static constexpr std::string_view state_name = "lookahead";
  static constexpr std::string_view slot_names[] = {"slow"};
  static constexpr int slots = 1;
  /// The state slot that holds what may stand in for the parameters.
  static constexpr int parameter_slot = 0;
  /// Which tensors have slow weights already.
  using Measurement = detail::Joined;

  explicit Lookahead(const LookaheadOptions& options) : options_(options) {
    require_at_least(1, options.period, "lookahead", "period");
    require_in({0.0, 1.0, true}, options.alpha, "lookahead", "alpha");
  }

  const LookaheadOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream& stream, Measurement& joined) const {
    joined.take(stream);
  }

  template <class S>
  auto at(const Step& step, const Measurement& joined) const {
    const auto meet = per_tensor([alpha = S(options_.alpha), &joined](const Tensor<S>& tensor) {
      return
          [alpha, begins = S(joined.now(tensor.number))](const auto& u, const auto& p, auto& slow) {
            using P = std::remove_cvref_t<decltype(p)>;
            const P from = select(P(begins) > P(S(0)), p, slow);
            const P back = p - (from + alpha * ((p - u) - from));
            slow = p - back;  // what the chain makes of the parameter, to the bit
            return back;
          };
    });
    const auto begin = per_tensor([&joined](const Tensor<S>& tensor) {
      return [begins = S(joined.now(tensor.number))](const auto& u, const auto& p, auto& slow) {
        using P = std::remove_cvref_t<decltype(p)>;
        slow = select(P(begins) > P(S(0)), p, slow);
        return u;
      };
    });
    const auto none = [](const auto& u, const auto&) { return u; };
    return either(step.count % options_.period == 0, meet, either(joined.any_now(), begin, none));
  }

 private:
  LookaheadOptions options_;
};

/// Lookahead over any optimizer, as the last transform of a chain, behind descend(): the optimizer
/// makes k steps, then slow weights φ go a part of the way, and the parameters start again there.
///
///     θ ← θ − u;   in every k-th step   φ ← φ + α·(θ − φ),  θ ← φ
///
///     auto optimizer = et::chain<float>(et::adamw({}), et::lookahead({.period = 6}));
///
/// φ is θ before the first step (of a tensor that was frozen, before its own first one) and takes
/// one value a parameter, which is touched in every k-th step only. Directions keep their moments
/// ("maintain" in the paper, which found little between that and a reset). The slow weights can be
/// read by state<et::Lookahead>(i), and with_averages() evaluates by them.
///
/// k ≥ 1 and α in (0, 1], else std::invalid_argument. Zhang, Lucas, Hinton & Ba, "Lookahead
/// optimizer: k steps forward, 1 step back", 2019: k = 5 with α = 0.8 for CIFAR, 0.5 for ImageNet,
/// and k = 6 as in the authors' code. As tfa.optimizers.Lookahead; optax.lookahead
/// holds both sets of weights in its parameters.
inline Lookahead lookahead(const LookaheadOptions& options = {}) {
  return Lookahead(options);
}

}  // namespace eigentrain
