// SPDX-License-Identifier: MIT
// Averages of the parameters in the place of the parameters, for evaluation.
#pragma once

#include <algorithm>
#include <type_traits>

#include "eigentrain/core/chain.hpp"

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
/// Calls f(i, average, memory) for all tensors of a list, with a null pointer for one that has no
/// average.
template <class Wanted, class S, class... T, class F>
void for_each_average(Chain<S, T...>& optimizer, const Parameters<S>& average_of,
                      Parameters<S>& parameters, std::string_view owner, const F& f) {
  static_assert(!std::is_void_v<Wanted> || (Averaging<T> || ...),
                "eigentrain: this optimizer keeps no averages; put ema_parameters(), "
                "average_parameters() or lookahead() at the end of its chain");
  using Average = typename FindAveraging<Wanted, T...>::Type;
  const Index n = parameters.size();
  require(n == average_of.size(), owner, ": the lists have ", average_of.size(), " and ", n,
          " tensors");
  const auto average = [&](Index i) {
    return optimizer.template state<Average>(i, Average::parameter_slot);
  };
  for (Index i = 0; i < n; ++i) {  // all that can be wrong comes before the first change
    const Index count = average_of.count(i), kept = average(i).size();
    require(parameters[i].parameter.size() == count, owner, ": ", parameters.name(i), " has ",
            parameters.count(i), " values, and its average belongs to ", count);
    require(!optimizer.template measured<Average>().has(i) || kept == count, owner, ": ",
            parameters.name(i), " has ", count, " values, but the optimizer's average has ", kept);
  }
  for (Index i = 0; i < n; ++i) {
    const Memory<S> to = parameters[i].parameter;
    if (!optimizer.template measured<Average>().has(i)) {
      f(i, static_cast<S*>(nullptr), to);
    } else {
      f(i, average(i).data(), to);
    }
  }
}

}  // namespace detail

/// Exchanges the parameters with their averages, which ema_parameters(), average_parameters() or
/// lookahead() keeps in the optimizer. A second call puts everything back; there must be no step
/// between. Tensors that have been in no step, being frozen, stay as they are. Allocates nothing.
///
///     et::swap_averages(optimizer, parameters);
///     evaluate();
///     et::swap_averages(optimizer, parameters);
///
/// Where a chain has several such transforms, one is named: swap_averages<et::EmaParameters>(...).
/// Throws std::invalid_argument, with nothing changed, if this isn't the optimizer's list.
template <class Which = void, class S, class... T>
void swap_averages(Chain<S, T...>& optimizer, Parameters<S>& parameters) {
  detail::for_each_average<Which>(optimizer, parameters, parameters, "swap_averages",
                                  [](Index, S* average, const Memory<S>& to) {
                                    if (average == nullptr) return;
                                    for (Index k = 0; k < to.outer; ++k, average += to.inner) {
                                      std::swap_ranges(average, average + to.inner,
                                                       to.data + k * to.stride);
                                    }
                                  });
}

/// Calls f() with the averages in the place of the parameters, puts the parameters back, also where
/// f throws, and returns what f returned.
///
///     const double loss = et::with_averages(optimizer, parameters, [&] { return evaluate(); });
///
/// Otherwise as swap_averages().
template <class Which = void, class S, class... T, class F>
auto with_averages(Chain<S, T...>& optimizer, Parameters<S>& parameters, F&& f) {
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
/// been frozen) is copied itself.
///
///     et::copy_averages(optimizer, parameters, evaluated);
///
/// Throws std::invalid_argument, with nothing changed, where sizes differ.
template <class Which = void, class S, class... T>
void copy_averages(Chain<S, T...>& optimizer, const Parameters<S>& parameters,
                   Parameters<S>& target) {
  detail::for_each_average<Which>(
      optimizer, parameters, target, "copy_averages",
      [&](Index i, const S* average, const Memory<S>& to) {
        const Memory<S> own = parameters[i].parameter;
        for (Index at = 0; at < to.size(); ++at) {
          to.data[at / to.inner * to.stride + at % to.inner] =
              average != nullptr ? average[at]
                                 : own.data[at / own.inner * own.stride + at % own.inner];
        }
      });
}

}  // namespace eigentrain
