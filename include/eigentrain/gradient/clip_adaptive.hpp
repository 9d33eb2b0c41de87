// SPDX-License-Identifier: MIT
// Adaptive gradient clipping (AGC): each unit by the size of its own weights.
#pragma once

#include "eigentrain/gradient/group_norm.hpp"
#include "eigentrain/gradient/non_finite.hpp"
#include "eigentrain/gradient/norm.hpp"

namespace eigentrain {

/// The options of clip_gradient_adaptive() and clip_adaptive().
struct AdaptiveClipOptions {
  double clipping = 0.01;            ///< λ > 0: the largest ratio of gradient to weights
  double least_weight = 1e-3;        ///< > 0: a unit's weights count as at least this long
  NonFiniteOptions non_finite = {};  ///< what to do about infinite and NaN gradients
};

namespace detail {

inline void check_adaptive(const AdaptiveClipOptions& options, const char* owner) {
  require_in(ranges::positive_or_infinite, options.clipping, owner, "clipping");
  require_in(ranges::positive, options.least_weight, owner, "least_weight");
  check_options(options.non_finite, owner);
}

/// Calls f(first, count, factors) for all blocks of units in which one is to be scaled; returns a
/// number that is finite if all gradients are. Units whose norm isn't finite keep the factor 1.
template <class S, class V, class W, class F>
double adaptive_factors(const Grouped<V>& gradient, const Grouped<W>& weights,
                        const AdaptiveClipOptions& options, const F& f) {
  double check = 0.0;
  for (Index first = 0; first < gradient.count; first += group_block) {
    const Index count = std::min(group_block, gradient.count - first);
    double norms[group_block], sizes[group_block];
    group_norms(gradient, first, count, norms);
    group_norms(weights, first, count, sizes);
    S factors[group_block];
    bool any = false;
    for (Index k = 0; k < count; ++k) {
      const double most = options.clipping * std::max(sizes[k], options.least_weight);
      const bool clips = norms[k] > most && norms[k] <= largest_double;
      factors[k] = clips ? S(most / std::max(norms[k], 1e-6)) : S(1);
      any = any || clips;
      check += norms[k] - norms[k];
    }
    if (any) f(first, count, factors);
  }
  return check;
}

template <class S>
void scale_units(const Grouped<S>& units, Index first, Index count, S* factors) {
  update_groups(units, units, first, count, factors,
                [](const auto& v, const auto&, auto& factor) { return factor * v; });
}

}  // namespace detail

/// Clips each unit's gradient in place, once: for every unit i, which is a row of a matrix (weights
/// are out × in), a slice along the first axis of a Tensor, or a vector as a whole,
///
///     g_i ← g_i · λ·max(‖w_i‖₂, 1e-3) / max(‖g_i‖₂, 1e-6)   if ‖g_i‖₂ > λ·max(‖w_i‖₂, 1e-3)
///
///     et::clip_gradient_adaptive(parameters, {.clipping = 0.01});
///     optimizer.step(parameters);
///
/// Frozen tensors are left out; the authors leave the network's last layer out as well, for which a
/// list of its own will do. Throws std::invalid_argument, with all gradients
/// untouched, for options out of range, a gradient that was added as const, or one that isn't
/// finite, unless the policy says otherwise.
///
/// Brock, De, Smith & Simonyan, "High-performance large-scale image recognition without
/// normalization", 2021. As optax.adaptive_grad_clip, whose matrices are in × out.
template <class S>
void clip_gradient_adaptive(Parameters<S>& parameters, const AdaptiveClipOptions& options = {}) {
  constexpr const char* owner = "clip_gradient_adaptive";
  detail::check_adaptive(options, owner);
  Elements<S>& elements = parameters.elements();
  detail::require_writable_gradients(elements, owner);
  const auto for_each = [&](const auto& f) {
    double check = 0.0;
    for (const Tensor<S>& tensor : elements.tensors) {
      const auto units = detail::units_in(tensor, detail::gradient_to_write(tensor));
      const auto weights = detail::units_in(tensor, tensor.parameter);
      check += detail::adaptive_factors<S>(
          units, weights, options,
          [&](Index first, Index count, S* factors) { f(units, first, count, factors); });
    }
    return check;
  };
  SkipCounts counts;
  const double check = for_each([](const auto&...) {});
  const UpdateStream<S> gradients(elements, nullptr);
  if (!detail::judge_norm(gradients, check, options.non_finite, counts, owner)) return;
  for_each([](const auto& units, Index first, Index count, S* factors) {
    detail::scale_units(units, first, count, factors);
  });
}

/// The same for one matrix and its gradient, whatever their storage orders.
///
///     et::clip_gradient_adaptive(W, dW);
template <detail::Dense W, detail::Dense G>
void clip_gradient_adaptive(const W& weights, G&& gradient,
                            const AdaptiveClipOptions& options = {}) {
  using S = detail::ScalarOf<G>;
  constexpr const char* owner = "clip_gradient_adaptive";
  detail::check_adaptive(options, owner);
  const Shape shape = detail::shape_of(weights), other = detail::shape_of(gradient);
  require(shape == other, owner, ": the weights are ", shape.text(), " but the gradient is ",
          other.text());
  detail::all_values(gradient);  // refuses what can't be written to
  const Groups which = shape.cols == 1 ? Groups::all : Groups::rows;
  const auto units = detail::grouped<S>(gradient, which);
  const auto sizes = detail::grouped<const S>(weights, which);
  const auto nothing = [](Index, Index, S*) {};
  const double check = detail::adaptive_factors<S>(units, sizes, options, nothing);
  if (!std::isfinite(check)) {
    if (options.non_finite.policy != NonFinite::refuse) return;
    detail::refuse_gradient(owner, "the matrix", 0);
  }
  detail::adaptive_factors<S>(units, sizes, options, [&](Index first, Index count, S* factors) {
    detail::scale_units(units, first, count, factors);
  });
}

/// The transform made by clip_adaptive().
class ClipAdaptive {
 public:
  static constexpr std::string_view state_name = "clip_adaptive";
  static constexpr std::string_view slot_names[] = {""};
  static constexpr int slots = 1;

  /// What was clipped and skipped so far.
  struct Measurement : SkipCounts {
    std::int64_t clipped = 0;  ///< units clipped so far, one count for each step

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List&) {
      SkipCounts::visit_state(visit);
      visit("clipped", clipped);
      require_count(clipped, "clipping", "clipped");
    }
  };

  explicit ClipAdaptive(const AdaptiveClipOptions& options) : options_(options) {
    detail::check_adaptive(options, "clip_adaptive");
  }

  const AdaptiveClipOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    using S = typename Stream::Scalar;
    stream.store(0);
    double check = 0.0;
    std::int64_t clipped = 0;
    stream.for_each_tensor([&](const Tensor<S>& tensor, const auto& alone) {
      S* const stored = alone.state(0) + tensor.state;
      const auto units = detail::units_in(tensor, Memory<S>{stored, alone.size(), 1, alone.size()});
      const auto scale = [&](Index first, Index count, S* factors) {
        for (Index k = 0; k < count; ++k) clipped += factors[k] != S(1);
        detail::scale_units(units, first, count, factors);
      };
      check += detail::adaptive_factors<S>(units, detail::units_in(tensor, tensor.parameter),
                                           options_, scale);
    });
    if (detail::judge_norm(stream, check, options_.non_finite, measured, "clip_adaptive")) {
      measured.clipped += clipped;
    } else {
      stream.store(0);  // let through as they are
    }
  }

  Verdict verdict(const Measurement& measured) const { return detail::verdict_of(measured); }

  template <class S>
  auto at(const Step&, const Measurement&) const {
    return [](const auto&, const auto&, auto& stored) { return stored; };
  }

 private:
  AdaptiveClipOptions options_;
};

/// Adaptive clipping as a transform, for the beginning of a chain; see clip_gradient_adaptive().
/// The gradients in memory stay as they are.
///
///     auto optimizer = et::chain<float>(et::clip_adaptive({.clipping = 0.01}), et::sgd({}));
///
/// A unit's factor needs its whole gradient, and a matrix's rows may lie across its storage order:
/// so the clipped gradient is written down before the pass, in one value a parameter that is kept
/// like state but carries nothing from step to step. Transforms before it must not have state.
/// Throws as clip_gradient_adaptive().
inline ClipAdaptive clip_adaptive(const AdaptiveClipOptions& options = {}) {
  return ClipAdaptive(options);
}

}  // namespace eigentrain
