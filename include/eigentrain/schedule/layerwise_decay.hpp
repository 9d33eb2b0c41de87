// SPDX-License-Identifier: MIT
// Learning rates that shrink from layer to layer.
#pragma once

#include "eigentrain/core/parameters.hpp"
#include "eigentrain/core/power.hpp"

namespace eigentrain {

/// Gives every tensor the learning-rate scale γ^(D − d), where d = depth_of(name) is its depth, 0
/// for what is nearest to the input, and D the largest of all: the last layer learns with the whole
/// rate, and every layer before it with γ times that of the next. Returns D.
///
///     et::layerwise_decay(parameters, 0.9, [](std::string_view name) {
///       if (name.starts_with("embedding.")) return 0;
///       return name.starts_with("head.") ? 3 : name[5] - '0';  // block1., block2.
///     });
///
/// A negative depth leaves the tensor's scale as it is. Scales are set, not multiplied, so a second
/// call replaces the first. Throws std::invalid_argument, with nothing changed, unless γ is in
/// (0, 1]. Clark, Luong, Le & Manning, "ELECTRA: pre-training text encoders as discriminators
/// rather than generators", 2020 (γ = 0.8 and 0.9); Howard & Ruder, "Universal language model
/// fine-tuning for text classification", 2018 (γ = 1/2.6).
template <class S, class DepthOf>
std::int64_t layerwise_decay(Parameters<S>& parameters, double decay, const DepthOf& depth_of) {
  require_in({0.0, 1.0, true}, decay, "layerwise_decay", "decay");
  std::int64_t deepest = 0;
  for (Index i = 0; i < parameters.size(); ++i) {
    const auto depth = static_cast<std::int64_t>(depth_of(parameters.name(i)));
    deepest = depth > deepest ? depth : deepest;
  }
  parameters.change_options([&](std::string_view name, ParameterOptions& options) {
    const auto depth = static_cast<std::int64_t>(depth_of(name));
    if (depth >= 0) options.learning_rate_scale = power(decay, deepest - depth)[0];
  });
  return deepest;
}

}  // namespace eigentrain
