// SPDX-License-Identifier: MIT
// Chains that go by the name of an algorithm.
#pragma once

#include <concepts>

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

namespace detail {
template <class S, class T>
struct LaterType {
  using type = T;
};
}  // namespace detail

/// T, but not known before S is: the argument of a template with a deduced result, so that the
/// compiler doesn't need the result when it reads the name of an optimizer that nobody uses.
template <class S, class T>
using Later = typename detail::LaterType<S, T>::type;

/// The chain that `make` puts together from its options, for those who want the whole optimizer:
///
///     template <class S>
///     using AdamW = et::Named<S, et::AdamWOptions, et::adamw<et::Later<S, et::AdamWOptions>>>;
///
///     et::AdamW<float> optimizer({.learning_rate = 1e-3});
///
/// `make` is best a template, as the library's are: then a program compiles only those that it
/// names. Throws what `make` throws for options out of range.
template <class S, class Options, auto make>
class Named : public decltype(chain<S>(make(Options{}))) {
  using Base = decltype(chain<S>(make(Options{})));

 public:
  /// With the default options.
  Named() : Named(Options{}) {}

  // A template, so that ({}) means the default options and nothing else.
  /// With these options; throws what `make` throws.
  template <std::same_as<Options> O = Options>
  explicit Named(const O& options) : Base(detail::as_sequence(make(options))) {}
};

}  // namespace eigentrain
