// SPDX-License-Identifier: MIT
// The executor: a list of transforms, run as one pass over memory.
#pragma once

#include <cstdint>

#include "eigentrain/core/chain_state.hpp"
#include "eigentrain/core/one_step.hpp"
#include "eigentrain/core/sequence.hpp"

namespace eigentrain {

/// Runs transforms one after the other on every element, from the gradient to the new parameter:
/// u₀ = g, uᵢ₊₁ = ruleᵢ(uᵢ, p, stateᵢ), p ← p − uₙ. Made by chain().
///
/// A transform is a value with
///
///     static constexpr int slots = 1;                          // state values a parameter; or
///     int slots() const;                                       // known when it is made
///     template <class S> auto at(const et::Step& step) const;  // once a step: returns the rule
///
/// and the rule is a generic lambda (u, p, state...) → u over packets, for one element. at() may
/// also return either(condition, rule, other_rule), which may differ in the state they use, and
/// per_tensor(f) where the rule depends on a tensor's options. A transform that needs a statistic
/// of all elements first has
///
///     struct Measurement { ... };                              // of the last step, at first
///     void measure(const auto& stream, const et::Step& step, Measurement& measured) const;
///     template <class S> auto at(const et::Step& step, const Measurement& measured) const;
///
/// `stream` is an UpdateStream; `step` may be left out. Such a transform may also end the step:
///
///     et::Verdict verdict(const Measurement& measured) const;
///     template <class S> auto gather(const Measurement& measured) const;  // instead of at()
///
/// A chain with one descend(), or another transform that holds the rate, also has learning_rate(),
/// η of the next step, and set_learning_rate(), which takes a number or a schedule from then on:
///
///     if (worse) optimizer.set_learning_rate(optimizer.learning_rate() / 2);
///
/// The chain owns all state: a copy of it goes on from the same point. Nothing is allocated after
/// the first step. If step() throws, parameters, state and counter are as before.
template <class S, class... Transforms>
class Chain : public detail::LearningRate<Chain<S, Transforms...>, Transforms...> {
 public:
  /// The type of the values, float or double.
  using Scalar = S;
  static_assert((detail::Transform<Transforms, S> && ...),
                "eigentrain: a transform needs a member `template <class S> auto at(const "
                "et::Step&) const` that returns a rule");

  /// Takes transforms as sequence() puts them in a row; chain() is what to call.
  explicit Chain(Sequence<Transforms...>&& sequence)
      : Chain(std::move(sequence), std::index_sequence_for<Transforms...>()) {}

  /// p ← p − u for every parameter that isn't frozen. Returns whether the step was made: a
  /// transform may skip a step or gather gradients first. Throws std::invalid_argument if the list
  /// is empty, a tensor has changed its size or the list is not the one of the first step, and what
  /// the transforms throw (clipping: non-finite gradients).
  bool step(Parameters<S>& parameters) {
    detail::NoObserver nobody;
    return step(parameters, nobody);
  }

  /// The same, watched by a Monitor.
  template <class Observer>
  bool step(Parameters<S>& parameters, Observer& observer) {
    Elements<S>& elements = parameters.elements();
    // The first step fixes the list; until one has written state, another list may come.
    state_.prepare(parameters, elements, slots(), !begun_);
    if constexpr (measures) detail::with_items(links_, [](auto&... all) { (all.begin(), ...); });
    if constexpr (!detail::Gate<Observer>) observer.begin(parameters, count_);
    S* streams[detail::most_slots * length + 1];
    detail::OneStep<S, Observer, Transforms...> one{
        links_, state_, elements, {count_ + 1, &powers_}, observer, streams};
    const Verdict verdict = one.advance(0);
    if (verdict == Verdict::skip) return false;
    if constexpr (measures) detail::with_items(links_, [](auto&... all) { (all.keep(), ...); });
    begun_ = true;
    if (verdict == Verdict::gather) return false;
    ++count_;
    return true;
  }

  /// Steps made so far.
  std::int64_t count() const { return count_; }

  /// The transform of type T.
  template <class T>
  const T& get() const {
    return detail::item_of_type<detail::Link<T>>(links_).transform;
  }

  /// Puts another transform of type T in the place of the one there, whose state it takes over:
  /// optimizer.replace(et::momentum({.momentum = 0.95})). Throws std::invalid_argument, with
  /// nothing changed, if it keeps another number of state values.
  template <class T>
  void replace(T transform) {
    T& place = detail::item_of_type<detail::Link<T>>(links_).transform;
    detail::check_replacement(detail::slots(place), detail::slots(transform));
    place = std::move(transform);
  }

  /// Slot k of the state that the transform of type T keeps for tensor i, as the tensor's values
  /// lie in memory; empty before the first step. What is written there is what the next step finds.
  /// Throws std::invalid_argument if there is no such slot.
  template <class T, class Values = Eigen::Array<S, Eigen::Dynamic, 1>>
  Eigen::Map<Values> state(Index tensor, Index slot = 0) {
    const detail::Link<T>& link = detail::item_of_type<detail::Link<T>>(links_);
    detail::check_slot(slot, detail::slots(link.transform));
    slot += detail::with_items(
        links_, [&](const auto&... all) { return detail::slots_before(&link, all...); });
    return state_.template of_tensor<Values>(tensor, slot);
  }

  /// Shows a checkpoint all state, which belongs to this list; see StateVisitor. Throws
  /// std::invalid_argument if the chain has made steps over another list.
  template <class Visitor>
  void visit_state(Visitor& visit, const Parameters<S>& parameters) {
    state_.bind(parameters, slots(), !begun_);
    visit("steps", count_);
    visit("begun", begun_);
    require_count(count_, "Chain", "steps");
    detail::with_items(
        links_, [&](auto&... links) { detail::visit_links(visit, parameters, state_, links...); });
  }

  /// What the transform of type T measured in the last step.
  template <detail::Measuring T>
  const typename T::Measurement& measured() const {
    return detail::item_of_type<detail::Link<T>>(links_).measured;
  }

 private:
  static constexpr std::size_t length = sizeof...(Transforms);
  static constexpr bool measures = (detail::Measuring<Transforms> || ...);

  template <std::size_t... I>
  Chain(Sequence<Transforms...>&& sequence, std::index_sequence<I...>)
      : links_{{{std::move(detail::item<I>(sequence.transforms))}}...} {}

  Index slots() const {
    return detail::with_items(
        links_, [](const auto&... all) { return (Index(0) + ... + detail::slots(all.transform)); });
  }

  detail::List<detail::Link<Transforms>...> links_;
  detail::State<S> state_;
  std::int64_t count_ = 0;
  bool begun_ = false;
  detail::StepPowers powers_;
};

namespace detail {
template <class S, class... T>
Chain<S, T...> chain_of(Sequence<T...>&& sequence) {
  return Chain<S, T...>(std::move(sequence));
}
}  // namespace detail

/// Puts transforms together, in the order in which they meet the gradient:
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adam_direction({}),
///                                       et::decay_weights(0.01), et::descend(schedule));
///
/// Sequences (adamw({...}), sgd({...})) are taken apart.
template <class S, class... T>
auto chain(T&&... transforms) {
  return detail::chain_of<S>(sequence(std::forward<T>(transforms)...));
}

}  // namespace eigentrain
