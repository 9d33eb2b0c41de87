// SPDX-License-Identifier: MIT
// Clipping by the norm of all gradients together.
#pragma once

#include "eigentrain/gradient/group_norm.hpp"
#include "eigentrain/gradient/non_finite.hpp"
#include "eigentrain/gradient/norm.hpp"

namespace eigentrain {

/// The options of clip_by_global_norm() and clip_gradient_norm().
struct ClipNormOptions {
  double order = 2.0;                ///< of the norm, in [1, ∞]: 2 is L2, ∞ the largest |g|
  NonFiniteOptions non_finite = {};  ///< what to do about infinite and NaN gradients
};

namespace detail {

/// min(1, c / (norm + 1e-6)).
inline double clip_factor(double max_norm, double norm) {
  return std::min(1.0, max_norm / (norm + 1e-6));
}

inline constexpr Range norm_orders{1.0, ranges::infinity};

inline void check_clip(double max_norm, const ClipNormOptions& options, const char* owner) {
  require_in(ranges::positive_or_infinite, max_norm, owner, "max_norm");
  require_in(norm_orders, options.order, owner, "order");
  check_options(options.non_finite, owner);
}

}  // namespace detail

/// The transform made by clip_by_global_norm().
class ClipByGlobalNorm {
 public:
  static constexpr std::string_view state_name = "clip_by_global_norm";

  /// What was measured, clipped and skipped so far.
  struct Measurement : SkipCounts {
    double norm = 0.0;         ///< of all parameters together, in the last step, before clipping
    double factor = 1.0;       ///< what the gradients were multiplied by: 1 if nothing was clipped
    std::int64_t clipped = 0;  ///< steps so far whose factor was below 1

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List&) {
      SkipCounts::visit_state(visit);
      visit("norm", norm);
      visit("factor", factor);
      visit("clipped", clipped);
      require_count(clipped, "clipping", "clipped");
    }
  };

  /// Takes what clip_by_global_norm() takes, and throws what it throws.
  ClipByGlobalNorm(double max_norm, const ClipNormOptions& options)
      : max_norm_(max_norm), options_(options) {
    detail::check_clip(max_norm, options, "clip_by_global_norm");
  }

  /// The largest norm that passes.
  double max_norm() const { return max_norm_; }
  const ClipNormOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    measured.norm = detail::norm(stream, options_.order);
    const bool finite = detail::judge_norm(stream, measured.norm, options_.non_finite, measured,
                                           "clip_by_global_norm");
    measured.factor = finite ? detail::clip_factor(max_norm_, measured.norm) : 1.0;
    measured.clipped += measured.factor < 1.0;
  }

  Verdict verdict(const Measurement& measured) const { return detail::verdict_of(measured); }

  template <class S>
  auto at(const Step&, const Measurement& measured) const {
    return [factor = S(measured.factor)](const auto& u, const auto&) { return factor * u; };
  }

 private:
  double max_norm_;
  ClipNormOptions options_;
};

/// Rescales all gradients together so that their global norm is at most `max_norm`, which keeps
/// their direction:
///
///     g ← g · min(1, max_norm / (‖g‖ + 1e-6)),   ‖g‖ over ALL parameters together
///
/// As a transform the factor is applied within the step's one pass; the gradients in memory stay
/// as they are. The norm is formed in double: gradients of 1e30 or 1e-30 are no problem in float.
/// `order` 2 is the L2 norm, 1 the sum of |g|, ∞ the largest |g|; other orders take longer.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}));
///     optimizer.step(parameters);
///     const auto& clipping = optimizer.measured<et::ClipByGlobalNorm>();
///     clipping.norm;     // before clipping; also .factor, .clipped (how often), .skipped
///
///     et::clip_by_global_norm(1.0, {.non_finite = {.policy = et::NonFinite::skip}});
///
/// `max_norm` in (0, ∞]; infinity only measures. `order` in [1, ∞]. Throws std::invalid_argument
/// for any other value, and in a step, naming the tensor, if a gradient is infinite or NaN and the
/// policy doesn't say otherwise; nothing has changed then.
///
/// Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", 2013.
/// As torch.nn.utils.clip_grad_norm_ with error_if_nonfinite=True, which is not PyTorch's default;
/// its default turns finite values into zeros where another is infinite, `propagate` here doesn't.
/// Optax has no 1e-6.
inline ClipByGlobalNorm clip_by_global_norm(double max_norm, const ClipNormOptions& options = {}) {
  return ClipByGlobalNorm(max_norm, options);
}

/// Clips gradients in place, once, as clip_by_global_norm() would, and returns the norm before.
///
///     float norm = et::clip_gradient_norm(parameters, 1.0f);
///
/// Gradients that aren't finite stay as they are where the policy is skip or propagate; the norm
/// that is returned tells. Throws std::invalid_argument, with all gradients untouched, for options
/// out of range, a gradient with values that are not finite (policy refuse), or one that was added
/// as const; each is named.
template <class S>
S clip_gradient_norm(Parameters<S>& parameters, std::type_identity_t<S> max_norm,
                     const ClipNormOptions& options = {}) {
  detail::check_clip(static_cast<double>(max_norm), options, "clip_gradient_norm");
  Elements<S>& elements = parameters.elements();
  detail::require_writable_gradients(elements, "clip_gradient_norm");
  const UpdateStream<S> gradients(elements, nullptr);
  const double norm = detail::norm(gradients, options.order);
  SkipCounts counts;
  if (!detail::judge_norm(gradients, norm, options.non_finite, counts, "clip_gradient_norm")) {
    return static_cast<S>(norm);
  }
  const double factor = detail::clip_factor(static_cast<double>(max_norm), norm);
  if (factor < 1.0) {
    detail::update_gradients(elements,
                             [f = S(factor)](const auto& u, const auto&) { return f * u; });
  }
  return static_cast<S>(norm);
}

/// The same for one gradient: an Eigen matrix, array, Map, Ref, block or Tensor.
///
///     float norm = et::clip_gradient_norm(dW, 1.0f);
template <detail::Tensorial G>
auto clip_gradient_norm(G&& gradient, detail::ScalarOf<G> max_norm,
                        const ClipNormOptions& options = {}) {
  using S = detail::ScalarOf<G>;
  detail::check_clip(static_cast<double>(max_norm), options, "clip_gradient_norm");
  const auto all = detail::all_values(gradient);
  const detail::GroupStream<S> values{all};
  const double norm = detail::norm(values, options.order);
  SkipCounts counts;
  if (!detail::judge_norm(values, norm, options.non_finite, counts, "clip_gradient_norm")) {
    return static_cast<S>(norm);
  }
  const double factor = detail::clip_factor(static_cast<double>(max_norm), norm);
  if (factor < 1.0) detail::scale_groups(all, S(factor));
  return static_cast<S>(norm);
}

}  // namespace eigentrain
