// SPDX-License-Identifier: MIT
// Gradient centralization: each unit's gradient without its mean.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/gradient/groups.hpp"

namespace eigentrain {

namespace detail {

/// v ← v − mean(v) for each of the units.
template <class S>
void centralize_units(const Grouped<S>& units) {
  for (Index first = 0; first < units.count; first += group_block) {
    const Index count = std::min(group_block, units.count - first);
    double sums[group_block];
    fold_groups<Sum>(units, first, count, sums, [](const auto& v, const auto&) { return v; });
    S means[group_block];
    for (Index k = 0; k < count; ++k) means[k] = S(sums[k] / static_cast<double>(units.size));
    update_groups(units, units, first, count, means,
                  [](const auto& v, const auto&, auto& mean) { return v - mean; });
  }
}

}  // namespace detail

/// Centralizes gradients in place, once: from each unit of a tensor with more than one axis, which
/// is a row of a matrix (weights are out × in) or a slice along the first axis of a Tensor, its
/// mean is subtracted:
///
///     g_i ← g_i − mean(g_i)
///
///     et::centralize_gradient(parameters);
///     optimizer.step(parameters);
///
/// Tensors of one unit (vectors: biases, and matrices of one row or one column) and frozen ones are
/// left out. Means are formed in double, in the same order for both storage orders. Throws
/// std::invalid_argument, with nothing changed, if a gradient was added as const. A NaN or infinity
/// makes its unit NaN.
///
/// Yong, Huang, Hua & Zhang, "Gradient centralization: a new optimization technique for deep neural
/// networks", 2020. As the authors' centralized_gradient() in PyTorch, which also takes matrices of
/// one row or column (the gradient of the latter becomes zero). Optax's optax.centralize, whose
/// matrices are in × out, has its mean over all axes but the last.
template <class S>
void centralize_gradient(Parameters<S>& parameters) {
  Elements<S>& elements = parameters.elements();
  detail::require_writable_gradients(elements, "centralize_gradient");
  for (const Tensor<S>& tensor : elements.tensors) {
    if (tensor.units <= 1) continue;
    detail::centralize_units(detail::units_in(tensor, detail::gradient_to_write(tensor)));
  }
}

/// The same for one matrix: every row loses its mean. Takes an Eigen matrix, array, Map, Ref or
/// block of either storage order.
///
///     et::centralize_gradient(dW);
template <class G>
  requires detail::Dense<std::remove_cvref_t<G>>
void centralize_gradient(G&& gradient) {
  detail::all_values(gradient);  // refuses what can't be written to
  detail::centralize_units(detail::grouped<detail::ScalarOf<G>>(gradient, Groups::rows));
}

/// The transform made by centralize().
class Centralize {
 public:
  static constexpr std::string_view state_name = "centralize";
  static constexpr std::string_view slot_names[] = {""};
  static constexpr int slots = 1;
  /// Nothing: what it measures it writes down.
  struct Measurement {};

  template <class Stream>
  void measure(const Stream& stream, Measurement&) const {
    using S = typename Stream::Scalar;
    stream.store(0);
    stream.for_each_tensor([](const Tensor<S>& tensor, const auto& alone) {
      if (tensor.units <= 1) return;
      S* const stored = alone.state(0) + tensor.state;
      detail::centralize_units(
          detail::units_in(tensor, Memory<S>{stored, alone.size(), 1, alone.size()}));
    });
  }

  template <class S>
  auto at(const Step&, const Measurement&) const {
    return [](const auto&, const auto&, auto& stored) { return stored; };
  }
};

/// Gradient centralization as a transform, for the beginning of a chain; see centralize_gradient().
/// The gradients in memory stay as they are.
///
///     auto optimizer = et::chain<float>(et::centralize(), et::sgd({.momentum = 0.9}));
///
/// Behind add_decay() it takes the mean of the decay away as well, as the authors' optimizers do
/// (their SGD centralizes the sum, their Adam too). A unit's mean needs its whole gradient, which
/// may lie across the storage order: so the gradient is written down before the pass, in one value
/// a parameter that is kept like state but carries nothing from step to step. Transforms before it
/// must not have state.
inline Centralize centralize() {
  return {};
}

}  // namespace eigentrain
