// SPDX-License-Identifier: MIT
// Values of several types in a row: what the library needs of std::tuple, at a fraction of its
// compile time.
#pragma once

#include <cstddef>
#include <utility>

namespace eigentrain::detail {

template <std::size_t I, class T>
struct ListItem {
  T value;
};

template <class Indices, class... T>
struct ListOf;
template <std::size_t... I, class... T>
struct ListOf<std::index_sequence<I...>, T...> : ListItem<I, T>... {};

/// An aggregate of one value of each type: List<int, float>{{1}, {2.0f}}.
template <class... T>
using List = ListOf<std::index_sequence_for<T...>, T...>;

/// The value at place I, or the only value of type T.
template <std::size_t I, class T>
constexpr T& item(ListItem<I, T>& list) {
  return list.value;
}
template <std::size_t I, class T>
constexpr const T& item(const ListItem<I, T>& list) {
  return list.value;
}
template <class T, std::size_t I>
constexpr T& item_of_type(ListItem<I, T>& list) {
  return list.value;
}
template <class T, std::size_t I>
constexpr const T& item_of_type(const ListItem<I, T>& list) {
  return list.value;
}

/// f(all values).
template <class F, std::size_t... I, class... T>
constexpr decltype(auto) with_items(const ListOf<std::index_sequence<I...>, T...>& list,
                                    const F& f) {
  return f(item<I>(list)...);
}

template <class F, std::size_t... I, class... T>
constexpr decltype(auto) with_items(ListOf<std::index_sequence<I...>, T...>& list, const F& f) {
  return f(item<I>(list)...);
}

/// The values of a, then those of b.
template <std::size_t... I, class... A, std::size_t... J, class... B>
constexpr List<A..., B...> concatenate(ListOf<std::index_sequence<I...>, A...>&& a,
                                       ListOf<std::index_sequence<J...>, B...>&& b) {
  return {{std::move(item<I>(a))}..., {std::move(item<J>(b))}...};
}

}  // namespace eigentrain::detail
