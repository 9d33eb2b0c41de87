// SPDX-License-Identifier: MIT
// Clipping each value.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/gradient/groups.hpp"

namespace eigentrain {

namespace detail {

// Two numbers that say where to clip; they may be infinite.
struct ClipBounds {
  double low, high;

  ClipBounds(double limit, const char* owner) : low(-limit), high(limit) {
    require_in(ranges::positive_or_infinite, limit, owner, "limit");
  }
  ClipBounds(double lower, double upper, const char* owner) : low(lower), high(upper) {
    require(lower < upper, owner, ": low must be below high, got ", lower, " and ", upper);
  }

  template <class S>
  auto rule() const {
    return
        [low = S(low), high = S(high)](const auto& u, const auto&) { return clamp(u, low, high); };
  }

  template <class S>
  void apply(Parameters<S>& parameters, const char* owner) const {
    Elements<S>& elements = parameters.elements();
    require_writable_gradients(elements, owner);
    update_gradients(elements, rule<S>());
  }

  template <class S>
  void apply(const Grouped<S>& values) const {
    S unused[] = {S(0)};
    update_groups(values, values, 0, 1, unused,
                  [low = S(low), high = S(high)](const auto& u, const auto&, auto&) {
                    return clamp(u, low, high);
                  });
  }
};

}  // namespace detail

/// The transform made by clip_by_value().
class ClipByValue {
 public:
  explicit ClipByValue(const detail::ClipBounds& bounds) : bounds_(bounds) {}

  /// The lower bound.
  double low() const { return bounds_.low; }
  /// The upper bound.
  double high() const { return bounds_.high; }

  template <class S>
  auto at(const Step&) const {
    return bounds_.rule<S>();
  }

 private:
  detail::ClipBounds bounds_;
};

/// Limits every value of the gradient on its own: g ← clamp(g, −limit, limit). Changes the
/// direction; clip_by_global_norm() doesn't.
///
///     auto optimizer = et::chain<float>(et::clip_by_value(0.5), et::sgd({.momentum = 0.9}));
///
/// `limit` in (0, ∞]. Throws std::invalid_argument for any other value. NaN stays NaN; ±∞ becomes
/// ±limit, as in torch.nn.utils.clip_grad_value_.
inline ClipByValue clip_by_value(double limit) {
  return ClipByValue({limit, "clip_by_value"});
}

/// The same with two bounds: g ← clamp(g, low, high). Throws std::invalid_argument unless low <
/// high; either may be infinite.
inline ClipByValue clip_by_value(double low, double high) {
  return ClipByValue({low, high, "clip_by_value"});
}

/// Limits every value of every gradient in place, once: g ← clamp(g, −limit, limit), or with two
/// bounds. Takes a list, or one gradient: an Eigen matrix, array, Map, Ref, block or Tensor.
///
///     et::clip_gradient_value(parameters, 0.5f);
///     et::clip_gradient_value(dW, -0.1f, 0.5f);
///
/// Throws std::invalid_argument, with all gradients untouched, for a `limit` outside (0, ∞], bounds
/// that aren't low < high, or a gradient that was added as const.
template <class S>
void clip_gradient_value(Parameters<S>& parameters, std::type_identity_t<S> limit) {
  constexpr const char* owner = "clip_gradient_value";
  detail::ClipBounds(static_cast<double>(limit), owner).apply(parameters, owner);
}
/// The same with two bounds.
template <class S>
void clip_gradient_value(Parameters<S>& parameters, std::type_identity_t<S> low,
                         std::type_identity_t<S> high) {
  constexpr const char* owner = "clip_gradient_value";
  const detail::ClipBounds bounds(static_cast<double>(low), static_cast<double>(high), owner);
  bounds.apply(parameters, owner);
}
/// The same for one gradient: an Eigen matrix, array, Map, Ref, block or Tensor.
template <detail::Tensorial G>
void clip_gradient_value(G&& gradient, detail::ScalarOf<G> limit) {
  detail::ClipBounds(static_cast<double>(limit), "clip_gradient_value")
      .apply(detail::all_values(gradient));
}
/// The same for one gradient, with two bounds.
template <detail::Tensorial G>
void clip_gradient_value(G&& gradient, detail::ScalarOf<G> low, detail::ScalarOf<G> high) {
  const detail::ClipBounds bounds(static_cast<double>(low), static_cast<double>(high),
                                  "clip_gradient_value");
  bounds.apply(detail::all_values(gradient));
}

}  // namespace eigentrain
