// SPDX-License-Identifier: MIT
// The learning rate of a chain, for those who look at it or turn it by hand.
#pragma once

#include <utility>

#include "eigentrain/core/link.hpp"

namespace eigentrain::detail {

// A transform that holds the learning rate: descend().
template <class T>
concept Rated = requires(T& transform, const T& seen, std::int64_t step) {
  { seen.rate()(step) } -> std::convertible_to<double>;
  transform.set_rate(seen.rate());
};

// The first one among some transforms.
template <class... T>
struct FirstRated;
template <class First, class... Rest>
struct FirstRated<First, Rest...> : FirstRated<Rest...> {};
template <Rated First, class... Rest>
struct FirstRated<First, Rest...> {
  using Type = First;
};

template <class... T>
concept OneIsRated = (0 + ... + (Rated<T> ? 1 : 0)) == 1;

/// What a chain with one descend(), or another transform with rate() and set_rate(), can do
/// besides: its base.
template <class Chain, class... Transforms>
class LearningRate {
 public:
  /// The learning rate η of the next step:
  ///
  ///     const double rate = optimizer.learning_rate();
  ///
  /// Without the learning_rate_scale of a tensor. The schedule is asked, and may throw.
  double learning_rate() const
    requires OneIsRated<Transforms...>
  {
    const auto& chain = static_cast<const Chain&>(*this);
    return chain.template get<typename FirstRated<Transforms...>::Type>().rate()(chain.count());
  }

  /// Takes another learning rate, a number or a schedule, from the next step on; a schedule goes on
  /// with the chain's count of steps.
  ///
  ///     if (worse) optimizer.set_learning_rate(optimizer.learning_rate() / 2);
  ///     optimizer.set_learning_rate(et::cosine_decay({.initial = 1e-3, .steps = 10'000}));
  ///
  /// Throws std::invalid_argument, with the old rate kept, for a number outside [0, ∞). As writing
  /// to param_groups[i]["lr"] in PyTorch.
  template <class Rate>
    requires OneIsRated<Transforms...>
  void set_learning_rate(Rate&& rate) {
    auto& chain = static_cast<Chain&>(*this);
    auto transform = chain.template get<typename FirstRated<Transforms...>::Type>();
    transform.set_rate(std::forward<Rate>(rate));
    chain.replace(std::move(transform));
  }
};

}  // namespace eigentrain::detail
