// SPDX-License-Identifier: MIT
// The mean of gradients that were clipped one by one: the gradient of differential privacy.
#pragma once

#include "eigentrain/core/distributions.hpp"
#include "eigentrain/core/fill.hpp"
#include "eigentrain/core/state.hpp"
#include "eigentrain/gradient/clip_norm.hpp"

namespace eigentrain {

/// The options of PerExampleMean.
struct PerExampleOptions {
  double max_norm = 1.0;          ///< C in (0, ∞): the largest norm of one example's gradient
  double noise_multiplier = 0.0;  ///< σ ≥ 0: the noise's standard deviation, in units of C
};

/// Clips each example's gradient on its own, then averages:
///
///     ḡ = (Σᵢ gᵢ·min(1, C/‖gᵢ‖₂) + σ·C·N(0, 1)) / B
///
/// so that no example can move the mean by more than C/B. With noise this is the gradient of
/// DP-SGD.
///
///     et::PerExampleMean<float> mean({.max_norm = 1.0, .noise_multiplier = 1.1});
///     for (...) {                       // the examples of a batch
///       backward(example);              // fills the gradients of one example
///       mean.add(parameters);
///     }
///     mean.finish(parameters, random);  // the gradients are the mean now
///     optimizer.step(parameters);
///
/// Keeps one value a parameter; nothing is allocated after the first add(). In a chain,
/// clip_by_global_norm(C) followed by accumulate(B) is the same without noise. Norms are formed in
/// double over all parameters together; unlike clip_by_global_norm() there is no 1e-6 in the
/// factor, whose guarantee is exact but for rounding.
///
/// Throws std::invalid_argument for options out of range. Abadi et al., "Deep learning with
/// differential privacy", 2016. The privacy that σ buys is the caller's to compute; note that the
/// Generator is no cryptographic one. As Opacus' DPOptimizer with loss_reduction="mean".
template <class S>
class PerExampleMean {
 public:
  /// Throws std::invalid_argument for options out of range.
  explicit PerExampleMean(const PerExampleOptions& options) : options_(options) {
    require_in(ranges::positive, options.max_norm, "PerExampleMean", "max_norm");
    require_in(ranges::not_negative, options.noise_multiplier, "PerExampleMean",
               "noise_multiplier");
  }

  const PerExampleOptions& options() const { return options_; }
  /// Examples since the last finish().
  std::int64_t count() const { return count_; }
  /// Those of them whose norm was above C.
  std::int64_t clipped() const { return clipped_; }

  /// Adds one example's gradient to the sum and returns its norm. Throws std::invalid_argument,
  /// with nothing changed, if it isn't finite, or if the list or what is frozen in it has changed
  /// since the first example.
  double add(Parameters<S>& parameters) {
    constexpr const char* owner = "PerExampleMean";
    Elements<S>& elements = parameters.elements();
    state_.prepare(parameters, elements, 1, count_ == 0);
    require_same(elements);
    const UpdateStream<S> gradients(elements, nullptr);
    const double norm = detail::l2_norm(gradients);
    SkipCounts counts;
    detail::judge_norm(gradients, norm, {}, counts, owner);
    const bool clips = norm > options_.max_norm;
    S* const streams[] = {state_.stream(0)};
    detail::update<detail::Keep>(
        elements, streams,
        [f = clips ? S(options_.max_norm / norm) : S(1)](const auto& u, const auto&, auto& sum) {
          sum = sum + f * u;
          return u;
        });
    total_ = elements.total;
    ++count_;
    clipped_ += clips;
    return norm;
  }

  /// Writes the mean into the gradients and begins anew. Throws std::invalid_argument, with nothing
  /// changed, if there were no examples, a gradient was added as const, or there is to be noise.
  void finish(Parameters<S>& parameters) {
    require(options_.noise_multiplier == 0.0,
            "PerExampleMean: finish() needs a generator for the noise");
    begin_mean(parameters);
    end_mean(parameters, S(0));
  }

  /// The same with noise from this generator: Generator, or any UniformRandomBitGenerator.
  template <RandomSource Random>
  void finish(Parameters<S>& parameters, Random& random) {
    begin_mean(parameters);
    if (options_.noise_multiplier > 0.0) {
      const auto draw = detail::normal_draw<S>(0.0, 1.0, "PerExampleMean");
      for (const Tensor<S>& tensor : parameters.elements().tensors) {
        const Memory<const S>& g = tensor.gradient;
        detail::fill(Memory<S>{const_cast<S*>(g.data), g.inner, g.outer, g.stride}, random, draw);
      }
    }
    end_mean(parameters, S((Exact(options_.noise_multiplier) * options_.max_norm)[0]));
  }

 private:
  void begin_mean(Parameters<S>& parameters) {
    require(count_ > 0, "PerExampleMean: finish() without examples; add() them first");
    state_.bind(parameters, 1, false);
    require_same(parameters.elements());
    detail::require_writable_gradients(parameters.elements(), "PerExampleMean");
  }

  // Sums of a part of the examples are no mean.
  void require_same(const Elements<S>& elements) const {
    require(count_ == 0 || elements.total == total_,
            "PerExampleMean: tensors were frozen or unfrozen since the first example");
  }

  // The gradients hold standard normal values where there is noise.
  void end_mean(Parameters<S>& parameters, S deviation) {
    Elements<S>& elements = parameters.elements();
    state_.place(elements);
    S* const streams[] = {state_.stream(0)};
    const S count = S(count_);
    const auto mean = [count](const auto& u, const auto&, auto& sum) {
      const auto result = sum / count;
      sum = std::remove_cvref_t<decltype(sum)>(S(0));
      (void)u;
      return result;
    };
    const auto noisy = [count, deviation](const auto& u, const auto&, auto& sum) {
      const auto result = (sum + deviation * u) / count;
      sum = std::remove_cvref_t<decltype(sum)>(S(0));
      return result;
    };
    detail::update_gradients(elements, either(deviation == S(0), mean, noisy), streams);
    count_ = 0;
    clipped_ = 0;
  }

  PerExampleOptions options_;
  detail::State<S> state_;
  std::int64_t count_ = 0, clipped_ = 0;
  Index total_ = 0;  // values in the examples' gradients
};

}  // namespace eigentrain
