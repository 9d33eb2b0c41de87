// SPDX-License-Identifier: MIT
// The executor: a list of transforms, run as one pass over memory.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "eigentrain/core/reduce.hpp"
#include "eigentrain/core/state.hpp"
#include "eigentrain/core/step.hpp"

namespace eigentrain {

/// Transforms in a row that go by one name, for use inside chain().
template <class... T>
struct Sequence {
  std::tuple<T...> transforms;
};
template <class... T>
Sequence<T...> sequence(T... transforms) {
  return {{std::move(transforms)...}};
}

namespace detail {

// A transform with a statistic declares the type of what it measures.
template <class T>
concept Measuring = requires { typename T::Measurement; };

template <class T>
struct MeasurementOf {
  using Type = std::monostate;
};
template <Measuring T>
struct MeasurementOf<T> {
  using Type = typename T::Measurement;
};

template <class T, class S>
concept Transform = Measuring<T> || requires(const T& transform, const Step& step) {
  transform.template at<S>(step);
};

template <class T>
Index slots(const T& transform) {
  if constexpr (requires { transform.slots(); }) {
    return transform.slots();
  } else if constexpr (requires { T::slots; }) {
    return T::slots;
  } else {
    return 0;
  }
}

template <class T>
std::tuple<T> flat(T transform) {
  return {std::move(transform)};
}
template <class... T>
auto flat(Sequence<T...> inner) {
  return std::apply([](auto&&... t) { return std::tuple_cat(detail::flat(std::move(t))...); },
                    std::move(inner.transforms));
}

}  // namespace detail

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
/// also return a std::variant of rules that differ in the state they use, and per_tensor(f) where
/// the rule depends on a tensor's options. A transform that needs a statistic of all elements first
/// has
///
///     struct Measurement { ... };
///     Measurement measure(const auto& stream) const;           // stream: an UpdateStream
///     template <class S> auto at(const et::Step& step, const Measurement& measured) const;
///
/// and the chain reads all elements once for it, before the pass.
///
/// The chain owns all state: a copy of it goes on from the same point. Nothing is allocated after
/// the first step. If step() throws, parameters, state and counter are as before.
template <class S, class... Transforms>
class Chain {
 public:
  using Scalar = S;
  static_assert((detail::Transform<Transforms, S> && ...),
                "eigentrain: a transform needs a member `template <class S> auto at(const "
                "et::Step&) const` that returns a rule");

  explicit Chain(Transforms... transforms) : transforms_(std::move(transforms)...) {}

  /// Makes one step: p ← p − u for every parameter that isn't frozen. Throws
  /// std::invalid_argument if the list is empty, a tensor has changed its size or the list is not
  /// the one of the first step, and what the transforms throw (clipping: non-finite gradients).
  void step(Parameters<S>& parameters) {
    // The first step fixes the list; until one has succeeded, another list may come.
    state_.bind(parameters, first_stream<length>(), count_ == 0);
    Elements<S>& elements = parameters.elements();
    state_.place(elements);
    pending_ = measured_;
    advance(elements, Step{count_ + 1, &powers_}, std::array<S*, 0>{});
    measured_ = pending_;
    ++count_;
  }

  /// Steps made so far.
  std::int64_t count() const { return count_; }

  /// The transform of type T.
  template <class T>
  const T& get() const {
    return std::get<T>(transforms_);
  }

  /// What the transform of type T measured in the last step.
  template <detail::Measuring T>
  const typename T::Measurement& measured() const {
    return std::get<typename T::Measurement>(measured_);
  }

 private:
  static constexpr std::size_t length = sizeof...(Transforms);

  // Rule after rule is made, measuring where asked; then the pass runs with all of them. `streams`
  // are the state streams of the rules so far.
  template <std::size_t N, class... Rules>
  void advance(Elements<S>& elements, const Step& step, const std::array<S*, N>& streams,
               const Rules&... rules) {
    constexpr std::size_t I = sizeof...(Rules);
    if constexpr (I == length) {
      detail::update<detail::Subtract>(elements, streams.data(), rules...);
    } else {
      detail::with_alternative(rule<I>(elements, step, streams, rules...), [&](const auto& next) {
        using Rule = std::remove_cvref_t<decltype(next)>;
        constexpr auto added = static_cast<std::size_t>(detail::total_arity<S, Rule>);
        const Index declared = detail::slots(std::get<I>(transforms_));
        require(static_cast<Index>(added) <= declared, "chain: a rule takes ", added,
                " state values, but its transform declares ", declared, " slots");
        std::array<S*, N + added> all{};
        std::copy_n(streams.begin(), N, all.begin());
        for (std::size_t k = 0; k != added; ++k) {
          all[N + k] = state_.stream(first_stream<I>() + static_cast<Index>(k));
        }
        advance(elements, step, all, rules..., next);
      });
    }
  }

  template <std::size_t I, std::size_t N, class... Rules>
  auto rule(Elements<S>& elements, const Step& step, const std::array<S*, N>& streams,
            const Rules&... rules) {
    const auto& transform = std::get<I>(transforms_);
    if constexpr (detail::Measuring<std::remove_cvref_t<decltype(transform)>>) {
      auto& measurement = std::get<I>(pending_);
      measurement =
          transform.measure(UpdateStream<S, Rules...>(elements, streams.data(), rules...));
      return transform.template at<S>(step, measurement);
    } else {
      return transform.template at<S>(step);
    }
  }

  template <std::size_t I>
  Index first_stream() const {
    return [&]<std::size_t... J>(std::index_sequence<J...>) {
      return (Index(0) + ... + detail::slots(std::get<J>(transforms_)));
    }(std::make_index_sequence<I>());
  }

  std::tuple<Transforms...> transforms_;
  std::tuple<typename detail::MeasurementOf<Transforms>::Type...> measured_, pending_;
  detail::State<S> state_;
  std::int64_t count_ = 0;
  detail::StepPowers powers_;
};

/// Puts transforms together, in the order in which they meet the gradient:
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::adam_direction({}),
///                                       et::decay_weights(0.01), et::descend(schedule));
///     optimizer.step(parameters);
///
/// Sequences (adamw({...}), sgd({...})) are taken apart.
template <class S, class... T>
auto chain(T... transforms) {
  return std::apply(
      [](auto&&... t) { return Chain<S, std::remove_cvref_t<decltype(t)>...>(std::move(t)...); },
      detail::flat(sequence(std::move(transforms)...)));
}

}  // namespace eigentrain
