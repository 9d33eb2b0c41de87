// SPDX-License-Identifier: MIT
// Transforms in a row: what chains are made of.
#pragma once

#include "eigentrain/core/list.hpp"

namespace eigentrain {

/// Transforms in a row that go by one name, for use inside chain(). Made by sequence().
template <class... T>
struct Sequence {
  detail::List<T...> transforms;  ///< in their order
};

namespace detail {

template <class T>
inline constexpr bool is_sequence = false;
template <class... T>
inline constexpr bool is_sequence<Sequence<T...>> = true;

template <class T>
Sequence<T> as_sequence(T&& transform) {
  return {{{std::move(transform)}}};
}
template <class... T>
Sequence<T...>&& as_sequence(Sequence<T...>&& sequence) {
  return std::move(sequence);
}

template <class T>
T join(T&& last) {
  return std::move(last);
}
template <class... A, class... B, class... Rest>
auto join(Sequence<A...>&& a, Sequence<B...>&& b, Rest&&... rest) {
  return detail::join(
      Sequence<A..., B...>{concatenate(std::move(a.transforms), std::move(b.transforms))},
      std::move(rest)...);
}

}  // namespace detail

/// Puts transforms in a row; sequences among them are taken apart.
///
///     auto clipped = et::sequence(et::clip_by_global_norm(1.0), et::adamw({}));
template <class... T>
auto sequence(T... transforms) {
  if constexpr ((detail::is_sequence<T> || ...)) {
    return detail::join(detail::as_sequence(std::move(transforms))...);
  } else {
    return Sequence<T...>{{{std::move(transforms)}...}};
  }
}

}  // namespace eigentrain
