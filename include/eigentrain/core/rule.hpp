// SPDX-License-Identifier: MIT
// Calling rules: what an element goes through in one pass.
#pragma once

#include <type_traits>
#include <utility>

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
///
/// A function of the whole et::Tensor<S> will do as well; its parameter's type must be spelled out.
template <class F>
struct PerTensor {
  F rule_for;  ///< the function
};
/// Makes a PerTensor.
template <class F>
PerTensor<F> per_tensor(F rule_for) {
  return {std::move(rule_for)};
}

/// One of two rules, chosen while the program runs; they may differ in the state that they use.
/// Made by either().
template <class First, class Second>
struct Either {
  bool use_first;  ///< which of the two
  First first;     ///< the rule if `use_first`
  Second second;   ///< the rule if not
};
/// The first rule if `use_first`, else the second: one choice a step, none in the loop.
template <class First, class Second>
Either<First, Second> either(bool use_first, First first, Second second) {
  return {use_first, std::move(first), std::move(second)};
}

namespace detail {

template <class Rule, class S>
constexpr const Rule& rule_for(const Rule& rule, const Tensor<S>&) {
  return rule;
}
template <class F, class S>
constexpr auto rule_for(const PerTensor<F>& rule, const Tensor<S>& tensor) {
  if constexpr (requires { rule.rule_for(*tensor.options); }) {
    return rule.rule_for(*tensor.options);
  } else {
    return rule.rule_for(tensor);
  }
}
template <class S, class Rule>
using RuleFor = std::remove_cvref_t<decltype(rule_for(std::declval<const Rule&>(),
                                                      std::declval<const Tensor<S>&>()))>;

/// The most state values that one rule may take.
inline constexpr int most_slots = 8;

// Rules take (u, p, state...): as many state values as they have further parameters.
template <class Rule, class P, int... I>
concept TakesState =
    requires(const Rule& rule, const P& value, P* state) { rule(value, value, state[I]...); };
template <class Rule, class P, int... I>
consteval int arity() {
  constexpr int slots = sizeof...(I);
  if constexpr (TakesState<Rule, P, I...>) {
    return slots;
  } else {
    static_assert(slots < most_slots,
                  "eigentrain: a rule must be callable as rule(u, p, state...) with packets, the "
                  "state by non-const reference, and with at most 8 state values");
    return arity<Rule, P, I..., slots>();
  }
}

// The packet that rules are asked with: one that they will be compiled for anyway.
template <class S>
using AnyPacket = Packet<S, static_cast<int>(SimdLevel::baseline) / static_cast<int>(sizeof(S))>;

/// The state values that a sequence of rules works on.
template <class S, class... Rules>
inline constexpr int total_arity = (0 + ... + arity<RuleFor<S, Rules>, AnyPacket<S>>());

template <class P, class Rule, int... I>
EIGENTRAIN_INLINE void call(const Rule& rule, P& u, const P& p, P* state,
                            std::integer_sequence<int, I...>) {
  EIGENTRAIN_INLINE_CALLS u = rule(u, p, state[I]...);
  (void)state;
}

/// One rule after the other: what the last returns is the update.
template <class P, class... Rules>
EIGENTRAIN_INLINE P apply(const P& gradient, const P& p, P* state, const Rules&... rules) {
  P u = gradient;
  ((call(rules, u, p, state,
         std::make_integer_sequence<int, arity<Rules, AnyPacket<typename P::Scalar>>()>()),
    state += arity<Rules, AnyPacket<typename P::Scalar>>()),
   ...);
  (void)p, (void)state;
  return u;
}

template <class Rule>
inline constexpr bool is_either = false;
template <class First, class Second>
inline constexpr bool is_either<Either<First, Second>> = true;

/// f(rule), or f of the one that was chosen.
template <class Rule, class F>
EIGENTRAIN_INLINE auto with_choice(const Rule& rule, const F& f) {
  if constexpr (is_either<Rule>) {
    return rule.use_first ? with_choice(rule.first, f) : with_choice(rule.second, f);
  } else {
    return f(rule);
  }
}

}  // namespace detail
}  // namespace eigentrain
