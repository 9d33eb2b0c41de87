// SPDX-License-Identifier: MIT
// Calling rules: what an element goes through in one pass.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "eigentrain/core/functions.hpp"
#include "eigentrain/core/parameters.hpp"

namespace eigentrain {

/// Wraps a function of a tensor's options that returns the rule for that tensor:
///
///     return et::per_tensor([rate](const et::ParameterOptions& options) {
///       return [r = S(rate * options.learning_rate_scale)](const auto& u, const auto&) {
///         return r * u;
///       };
///     });
template <class F>
struct PerTensor {
  F rule_for;
};
template <class F>
PerTensor<F> per_tensor(F rule_for) {
  return {std::move(rule_for)};
}

namespace detail {

template <class Rule>
constexpr const Rule& rule_for(const Rule& rule, const ParameterOptions&) {
  return rule;
}
template <class F>
constexpr auto rule_for(const PerTensor<F>& rule, const ParameterOptions& options) {
  return rule.rule_for(options);
}
template <class Rule>
using RuleFor = std::remove_cvref_t<decltype(rule_for(std::declval<const Rule&>(),
                                                      std::declval<const ParameterOptions&>()))>;

// Rules take (u, p, state...): as many state values as they have further parameters.
template <class Rule, class P, int Slots = 0>
consteval int arity() {
  constexpr bool callable = []<int... I>(std::integer_sequence<int, I...>) {
    return std::is_invocable_v<const Rule&, const P&, const P&,
                               std::conditional_t<I >= 0, P&, P>...>;
  }(std::make_integer_sequence<int, Slots>());
  if constexpr (callable) {
    return Slots;
  } else {
    static_assert(Slots < 8,
                  "eigentrain: a rule must be callable as rule(u, p, state...) with packets, the "
                  "state by non-const reference, and with at most 8 state values");
    return arity<Rule, P, Slots + 1>();
  }
}

/// The state values that a sequence of rules works on.
template <class S, class... Rules>
inline constexpr int total_arity = (0 + ... + arity<RuleFor<Rules>, Packet<S, 1>>());

template <class P, int First, class Rule, int... I>
EIGENTRAIN_INLINE P call(const Rule& rule, const P& u, const P& p, P* state,
                         std::integer_sequence<int, I...>) {
  P result;
#if defined(__clang__) && __clang_major__ >= 19
  // clang's flatten reaches only the calls in the kernel's own body, not those further down.
  [[clang::always_inline]] result = rule(u, p, state[First + I]...);
#else
  result = rule(u, p, state[First + I]...);
#endif
  (void)state;
  return result;
}

/// One rule after the other: what the last returns is the update.
template <class P, int First = 0>
EIGENTRAIN_INLINE P apply(const P& u, const P&, P*) {
  return u;
}
template <class P, int First = 0, class Rule, class... Rest>
EIGENTRAIN_INLINE P apply(const P& u, const P& p, P* state, const Rule& rule, const Rest&... rest) {
  constexpr int slots = arity<Rule, Packet<typename P::Scalar, 1>>();
  const P next = call<P, First>(rule, u, p, state, std::make_integer_sequence<int, slots>());
  return apply<P, First + slots>(next, p, state, rest...);
}

/// Calls f with the value, or with the alternative that a variant holds.
template <class T, class F>
void with_alternative(const T& value, F&& f) {
  f(value);
}
template <class... T, class F>
void with_alternative(const std::variant<T...>& value, F&& f) {
  std::visit(f, value);
}

}  // namespace detail
}  // namespace eigentrain
