// SPDX-License-Identifier: MIT
// Averages of the parameters in the place of the parameters, for evaluation.
#pragma once

#include <algorithm>
#include <type_traits>

#include "eigentrain/core/partition.hpp"

namespace eigentrain {

namespace detail {

// A transform that keeps averages of the parameters says in which of its slots.
template <class T>
concept Averaging = requires { T::parameter_slot; };

template <class Wanted, class... T>
struct FindAveraging {
  using Type = Wanted;
};
template <class First, class... Rest>
struct FindAveraging<void, First, Rest...> : FindAveraging<void, Rest...> {};
template <Averaging First, class... Rest>
struct FindAveraging<void, First, Rest...> {
  static_assert(!(Averaging<Rest> || ...),
                "eigentrain: this optimizer keeps several averages; name the transform, as in "
                "with_averages<et::EmaParameters>(...)");
  using Type = First;
};

// Whether a chain, or a part of a partition, keeps averages, or has the transform that is wanted.
template <class Wanted, class S, class... T>
consteval bool averages(const Chain<S, T...>*) {
  return ((std::is_void_v<Wanted> ? Averaging<T> : std::is_same_v<Wanted, T>) || ...);
}
template <class Wanted, class S, class Choose, class... Parts>
consteval bool averages(const Partition<S, Choose, Parts...>*) {
  return (averages<Wanted>(static_cast<const Parts*>(nullptr)) || ...);
}
template <class Wanted, class Optimizer>
constexpr void must_average() {
  static_assert(averages<Wanted>(static_cast<const Optimizer*>(nullptr)),
                "eigentrain: this optimizer keeps no averages; put ema_parameters(), "
                "average_parameters() or lookahead() at the end of its chain");
}

/// Throws unless the averages are those of `average_of`, with the sizes of `parameters`.
template <class Wanted, class S, class... T>
void check_averages(Chain<S, T...>& optimizer, const Parameters<S>& average_of,
                    const Parameters<S>& parameters, const char* owner) {
  using Average = typename FindAveraging<Wanted, T...>::Type;
  const Index n = parameters.size();
  require(n == average_of.size(), owner, ": the lists have ", average_of.size(), " and ", n,
          " tensors");
  for (Index i = 0; i < n; ++i) {
    const Index count = average_of.count(i);
    const Index kept = optimizer.template state<Average>(i, Average::parameter_slot).size();
    require(parameters[i].parameter.size() == count, owner, ": ", parameters.name(i), " has ",
            parameters.count(i), " values, and its average belongs to ", count);
    require(!optimizer.template measured<Average>().has(i) || kept == count, owner, ": ",
            parameters.name(i), " has ", count, " values, but the optimizer's average has ", kept);
  }
}

/// Calls f(i, average, memory) for all tensors of a list that was checked, with a null pointer for
/// one that has no average.
template <class Wanted, class S, class... T, class F>
void for_each_average(Chain<S, T...>& optimizer, const Parameters<S>& parameters, const F& f) {
  using Average = typename FindAveraging<Wanted, T...>::Type;
  for (Index i = 0; i < parameters.size(); ++i) {
    S* const average = optimizer.template measured<Average>().has(i)
                           ? optimizer.template state<Average>(i, Average::parameter_slot).data()
                           : nullptr;
    f(i, average, parameters[i].parameter);
  }
}

/// Calls f(chain, list) for a chain, or for those of a partition that keep averages.
template <class Wanted, class S, class... T, class F>
void for_each_averaging(Chain<S, T...>& chain, const Parameters<S>& parameters, const F& f) {
  if constexpr (averages<Wanted>(static_cast<const Chain<S, T...>*>(nullptr))) f(chain, parameters);
}
template <class Wanted, class S, class Choose, class... Parts, class F>
void for_each_averaging(Partition<S, Choose, Parts...>& optimizer, const Parameters<S>& parameters,
                        const F& f) {
  optimizer.for_each_part(parameters, [&](auto& part, const Parameters<S>& list) {
    for_each_averaging<Wanted>(part, list, f);
  });
}

}  // namespace detail

/// Exchanges the parameters with their averages, which ema_parameters(), average_parameters() or
/// lookahead() keeps in the optimizer: a chain, or a partition, where parts without averages keep
/// their parameters. A second call puts everything back; there must be no step between. Tensors
/// that have been in no step, being frozen, stay as they are. Allocates nothing.
///
///     et::swap_averages(optimizer, parameters);
///     evaluate();
///     et::swap_averages(optimizer, parameters);
///
/// Where a chain has several such transforms, one is named: swap_averages<et::EmaParameters>(...).
/// Throws std::invalid_argument, with nothing changed, if this isn't the optimizer's list.
template <class Which = void, class Optimizer, class S>
void swap_averages(Optimizer& optimizer, Parameters<S>& parameters) {
  detail::must_average<Which, Optimizer>();
  detail::for_each_averaging<Which>(optimizer, parameters, [](auto& chain, const auto& list) {
    detail::check_averages<Which>(chain, list, list, "swap_averages");
  });
  detail::for_each_averaging<Which>(optimizer, parameters, [](auto& chain, const auto& list) {
    detail::for_each_average<Which>(chain, list, [](Index, S* average, const Memory<S>& to) {
      if (average == nullptr) return;
      for (Index k = 0; k < to.outer; ++k, average += to.inner) {
        std::swap_ranges(average, average + to.inner, to.data + k * to.stride);
      }
    });
  });
}

/// Calls f() with the averages in the place of the parameters, puts the parameters back, also where
/// f throws, and returns what f returned.
///
///     const double loss = et::with_averages(optimizer, parameters, [&] { return evaluate(); });
///
/// Otherwise as swap_averages().
template <class Which = void, class Optimizer, class S, class F>
auto with_averages(Optimizer& optimizer, Parameters<S>& parameters, F&& f) {
  swap_averages<Which>(optimizer, parameters);
  try {
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      swap_averages<Which>(optimizer, parameters);
    } else {
      auto result = f();
      swap_averages<Which>(optimizer, parameters);
      return result;
    }
  } catch (...) {
    swap_averages<Which>(optimizer, parameters);
    throw;
  }
}

/// Writes the averages of `parameters` into another list, as of a second model for evaluation: its
/// tensors have the same sizes in the same order. A tensor without an average (one that has always
/// been frozen) is copied itself. Takes a chain; for a partition there is with_averages().
///
///     et::copy_averages(optimizer, parameters, evaluated);
///
/// Throws std::invalid_argument, with nothing changed, where sizes differ.
template <class Which = void, class S, class... T>
void copy_averages(Chain<S, T...>& optimizer, const Parameters<S>& parameters,
                   Parameters<S>& target) {
  detail::must_average<Which, Chain<S, T...>>();
  detail::check_averages<Which>(optimizer, parameters, target, "copy_averages");
  detail::for_each_average<Which>(
      optimizer, target, [&](Index i, const S* average, const Memory<S>& to) {
        const Memory<S> own = parameters[i].parameter;
        for (Index at = 0; at < to.size(); ++at) {
          to.data[at / to.inner * to.stride + at % to.inner] =
              average != nullptr ? average[at]
                                 : own.data[at / own.inner * own.stride + at % own.inner];
        }
      });
}

}  // namespace eigentrain
