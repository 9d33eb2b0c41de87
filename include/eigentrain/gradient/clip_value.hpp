// SPDX-License-Identifier: MIT
// Clipping each value.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The transform made by clip_by_value().
class ClipByValue {
 public:
  explicit ClipByValue(double limit) : limit_(limit) {
    require_in(ranges::positive_or_infinite, limit, "clip_by_value", "limit");
  }

  double limit() const { return limit_; }

  template <class S>
  auto at(const Step&) const {
    return [limit = S(limit_)](const auto& u, const auto&) { return clamp(u, -limit, limit); };
  }

 private:
  double limit_;
};

/// Limits every value of the gradient on its own: g ← clamp(g, −limit, limit). Changes the
/// direction; clip_by_global_norm() doesn't.
///
///     auto optimizer = et::chain<float>(et::clip_by_value(0.5), et::sgd({.momentum = 0.9}));
///
/// `limit` in (0, ∞]. Throws std::invalid_argument for any other value. NaN stays NaN; ±∞ becomes
/// ±limit, as in torch.nn.utils.clip_grad_value_.
inline ClipByValue clip_by_value(double limit) {
  return ClipByValue(limit);
}

/// Limits every value of every gradient in place, once: g ← clamp(g, −limit, limit).
///
///     et::clip_gradient_value(parameters, 0.5f);
///
/// Throws std::invalid_argument, with all gradients untouched, for a `limit` outside (0, ∞] or a
/// gradient that was added as const.
template <class S>
void clip_gradient_value(Parameters<S>& parameters, std::type_identity_t<S> limit) {
  require_in(ranges::positive_or_infinite, static_cast<double>(limit), "clip_gradient_value",
             "limit");
  Elements<S>& elements = parameters.elements();
  detail::require_writable_gradients(elements, "clip_gradient_value");
  detail::update_gradients(elements,
                           [limit](const auto& u, const auto&) { return clamp(u, -limit, limit); });
}

}  // namespace eigentrain
