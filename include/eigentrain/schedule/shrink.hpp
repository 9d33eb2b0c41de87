// SPDX-License-Identifier: MIT
// L1 regularization as a proximal step: weights that become exactly zero.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain {

/// The transform made by descend_and_shrink().
class DescendAndShrink {
 public:
  /// Takes what descend_and_shrink() takes, and throws what it throws.
  DescendAndShrink(Schedule rate, double lambda) : rate_(std::move(rate)), lambda_(lambda) {
    require_in(ranges::not_negative, lambda, "descend_and_shrink", "lambda");
  }

  const Schedule& rate() const { return rate_; }
  /// λ, the strength.
  double lambda() const { return lambda_; }

  template <class S>
  auto at(const Step& step) const {
    const double rate = rate_(step.index());
    require(ranges::not_negative.contains(rate),
            "descend_and_shrink: the learning rate must be in [0, inf), but the schedule gives ",
            rate, " at step ", step.index());
    return per_tensor([rate, lambda = lambda_](const ParameterOptions& options) {
      const Exact scaled = Exact(rate) * options.learning_rate_scale;
      const Exact threshold = options.weight_decay ? scaled * lambda : Exact(0.0);
      return [factor = S(scaled[0]), threshold = S(threshold[0])](const auto& u, const auto& p) {
        using P = std::remove_cvref_t<decltype(p)>;
        const P slope = factor * u, moved = p - slope;
        // The chain subtracts what is returned, and p − p is exactly 0. Beyond the threshold c,
        // rounding carries nothing across zero: moved > c means that slope + c < p before it is
        // rounded, so that it is at most p afterwards.
        return select(abs(moved) <= P(threshold), p, slope + threshold * sign(moved));
      };
    });
  }

 private:
  Schedule rate_;
  double lambda_;
};

/// Multiplies the direction by the learning rate, as descend() does, and then shrinks the weights
/// by the soft threshold η(t)·λ, as the last transform of a chain:
///
///     p ← soft(p − η·u, η·λ),   soft(x, c) = sign(x)·max(|x| − c, 0)
///
/// This is a step of proximal gradient descent on loss + λ·‖p‖₁: weights that the loss doesn't pull
/// away from zero by more than λ become exactly 0 and stay there. add_l1() doesn't get there.
///
///     auto optimizer = et::chain<float>(et::momentum({.momentum = 0.9}),
///                                       et::descend_and_shrink(0.1, 1e-4));
///
/// `rate` is a number or a schedule, asked once a step, from step 0 on; a tensor's
/// learning_rate_scale is a further factor of both. Tensors added with {.weight_decay = false}
/// descend without shrinking. The threshold doesn't follow a direction's own scaling, as with
/// decoupled weight decay: momentum μ lengthens the direction by 1/(1 − μ), so that the λ of the
/// loss is to be divided by 1 − μ, and adaptive directions weigh λ against a gradient of about 1.
///
/// λ ≥ 0 and finite, else std::invalid_argument; a step throws, with nothing changed, when the
/// schedule gives a rate that is negative or not finite. Daubechies, Defrise & De Mol, "An
/// iterative thresholding algorithm for linear inverse problems with a sparsity constraint", 2004;
/// Duchi & Singer, "Efficient online and batch learning using forward backward splitting", 2009.
inline DescendAndShrink descend_and_shrink(Schedule rate, double lambda) {
  return DescendAndShrink(std::move(rate), lambda);
}

}  // namespace eigentrain
