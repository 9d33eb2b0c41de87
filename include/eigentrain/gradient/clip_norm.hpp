// SPDX-License-Identifier: MIT
// Clipping by the global L2 norm.
#pragma once

#include "eigentrain/gradient/norm.hpp"

namespace eigentrain {

namespace detail {

/// min(1, c / (norm + 1e-6)).
inline double clip_factor(double max_norm, double norm) {
  return std::min(1.0, max_norm / (norm + 1e-6));
}

}  // namespace detail

/// The transform made by clip_by_global_norm().
class ClipByGlobalNorm {
 public:
  struct Measurement {
    double norm = 0.0;    ///< ‖g‖₂ of all parameters together, before clipping
    double factor = 1.0;  ///< what the gradients were multiplied by: 1 if nothing was clipped
  };

  explicit ClipByGlobalNorm(double max_norm) : max_norm_(max_norm) {
    require_in(ranges::positive_or_infinite, max_norm, "clip_by_global_norm", "max_norm");
  }

  double max_norm() const { return max_norm_; }

  template <class Stream>
  Measurement measure(const Stream& stream) const {
    const double norm = detail::l2_norm(stream);
    detail::require_finite(stream, norm, "clip_by_global_norm");
    return {norm, detail::clip_factor(max_norm_, norm)};
  }

  template <class S>
  auto at(const Step&, const Measurement& measured) const {
    return [factor = S(measured.factor)](const auto& u, const auto&) { return factor * u; };
  }

 private:
  double max_norm_;
};

/// Rescales all gradients together so that their global norm is at most `max_norm`:
///
///     g ← g · min(1, max_norm / (‖g‖₂ + 1e-6)),   ‖g‖₂ over ALL parameters together
///
/// As a transform the factor is applied within the step's one pass; the gradients in memory stay
/// as they are. The norm is formed in double: gradients of 1e30 or 1e-30 are no problem in float.
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adamw({}));
///     optimizer.step(parameters);
///     double before = optimizer.measured<et::ClipByGlobalNorm>().norm;
///
/// `max_norm` in (0, ∞]; infinity only measures. Throws std::invalid_argument for any other value,
/// and in a step, naming the tensor, if a gradient is infinite or NaN; nothing has changed then.
///
/// Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", 2013.
/// As torch.nn.utils.clip_grad_norm_ with error_if_nonfinite=True, which is not PyTorch's default;
/// Optax has no 1e-6.
inline ClipByGlobalNorm clip_by_global_norm(double max_norm) {
  return ClipByGlobalNorm(max_norm);
}

/// Clips gradients in place, once, as clip_by_global_norm() would, and returns the norm before.
///
///     float norm = et::clip_gradient_norm(parameters, 1.0f);
///
/// Throws std::invalid_argument, with all gradients untouched, for a `max_norm` outside (0, ∞], a
/// gradient with values that are not finite, or one that was added as const; each is named.
template <class S>
S clip_gradient_norm(Parameters<S>& parameters, std::type_identity_t<S> max_norm) {
  require_in(ranges::positive_or_infinite, static_cast<double>(max_norm), "clip_gradient_norm",
             "max_norm");
  Elements<S>& elements = parameters.elements();
  detail::require_writable_gradients(elements, "clip_gradient_norm");
  const UpdateStream<S> gradients(elements, nullptr);
  const double norm = detail::l2_norm(gradients);
  detail::require_finite(gradients, norm, "clip_gradient_norm");
  const double factor = detail::clip_factor(static_cast<double>(max_norm), norm);
  if (factor < 1.0) {
    detail::update_gradients(elements,
                             [f = S(factor)](const auto& u, const auto&) { return f * u; });
  }
  return static_cast<S>(norm);
}

}  // namespace eigentrain
