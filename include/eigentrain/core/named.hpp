// SPDX-License-Identifier: MIT
// Chains that go by the name of an algorithm.
#pragma once

#include <concepts>

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

/// The chain that `make` puts together from its options, for those who want the whole optimizer:
///
///     template <class S>
///     using AdamW = et::Named<S, et::AdamWOptions, et::adamw>;
///
///     et::AdamW<float> optimizer({.learning_rate = 1e-3});
///
/// `make` is best a template, as the library's are: then a program compiles only those that it
/// names. Throws what `make` throws for options out of range.
template <class S, class Options, auto make>
class Named : public decltype(chain<S>(make(Options{}))) {
  using Base = decltype(chain<S>(make(Options{})));

 public:
  Named() : Named(Options{}) {}

  // A template, so that ({}) means the default options and nothing else.
  template <std::same_as<Options> O = Options>
  explicit Named(const O& options) : Base(chain<S>(make(options))) {}
};

}  // namespace eigentrain
