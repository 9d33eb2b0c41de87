// SPDX-License-Identifier: MIT
// Clipping each tensor by a norm of its own.
#pragma once

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/gradient/group_norm.hpp"
#include "eigentrain/gradient/non_finite.hpp"
#include "eigentrain/gradient/norm.hpp"

namespace eigentrain {

namespace detail {

/// What a tensor is measured by: its L2 norm, or that divided by the root of its size.
enum class TensorMeasure { norm, root_mean_square };

template <class Stream>
double measure_tensor(const Stream& alone, TensorMeasure measure) {
  const double norm = l2_norm(alone);
  if (measure == TensorMeasure::norm) return norm;
  return norm / std::sqrt(static_cast<double>(alone.size()));
}

}  // namespace detail

/// The transform made by clip_by_tensor_norm() and clip_by_block_rms().
class ClipByTensor {
 public:
  static constexpr std::string_view state_name = "clip_by_tensor";

  /// The norms, or root mean squares, of the last step: measured[i] for the tensor with number i.
  struct Measurement : SkipCounts {
    /// The norm or RMS of tensor i of the list in the last step, before clipping.
    double operator[](Index i) const { return values[static_cast<std::size_t>(i)]; }
    /// One more than the largest number of a tensor.
    Index size() const { return static_cast<Index>(values.size()); }
    std::int64_t clipped = 0;  ///< tensors clipped so far, one count for each step

    detail::Buffer<double> values;  ///< by the number of a tensor
    double limit = 0.0;             ///< infinite where gradients are let through as they are

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List&) {
      SkipCounts::visit_state(visit);
      visit("clipped", clipped);
      require_count(clipped, "clipping", "clipped");
    }
  };

  /// What is measured and its limit; throws, naming `owner`, as clip_by_tensor_norm().
  ClipByTensor(detail::TensorMeasure measure, double limit, const NonFiniteOptions& options,
               const char* owner)
      : measure_(measure), limit_(limit), options_(options) {
    require_in(ranges::positive_or_infinite, limit, owner, "limit");
    detail::check_options(options, owner);
  }

  /// The largest norm, or root mean square, that passes.
  double limit() const { return limit_; }

  template <class Stream>
  void measure(const Stream& stream, Measurement& measured) const {
    measured.values.resize(stream.tensors());
    std::fill_n(measured.values.data(), measured.values.size(), 0.0);
    double check = 0.0;
    stream.for_each_tensor([&](const auto& tensor, const auto& alone) {
      const double value = detail::measure_tensor(alone, measure_);
      measured.values[static_cast<std::size_t>(tensor.number)] = value;
      check += value - value;  // 0 or NaN
    });
    const bool finite = detail::judge_norm(
        stream, check, options_, measured,
        measure_ == detail::TensorMeasure::norm ? "clip_by_tensor_norm" : "clip_by_block_rms");
    measured.limit = finite ? limit_ : ranges::infinity;
    if (!finite) return;
    for (const double value : measured.values) measured.clipped += value > limit_;
  }

  Verdict verdict(const Measurement& measured) const { return detail::verdict_of(measured); }

  template <class S>
  auto at(const Step&, const Measurement& measured) const {
    return per_tensor(
        [limit = measured.limit, values = measured.values.data()](const Tensor<S>& t) {
          const double value = values[t.number];
          return [factor = value > limit ? S(limit / value) : S(1)](const auto& u, const auto&) {
            return factor * u;
          };
        });
  }

 private:
  detail::TensorMeasure measure_;
  double limit_;
  NonFiniteOptions options_;
};

/// Rescales each tensor's gradient on its own so that its L2 norm is at most `max_norm`:
/// g_k ← g_k · min(1, max_norm / ‖g_k‖₂). Tensors keep their directions, but the direction of all
/// together changes; clip_by_global_norm() keeps it.
///
///     auto optimizer = et::chain<float>(et::clip_by_tensor_norm(1.0), et::adam({}));
///     optimizer.measured<et::ClipByTensor>()[i];   // the norm of tensor i before
///
/// `max_norm` in (0, ∞], else std::invalid_argument. Gradients that aren't finite: as
/// clip_by_global_norm(). For one gradient without a chain: clip_gradient_norm(dW, max_norm). As
/// `clipnorm` of Keras' optimizers; PyTorch has no such function.
inline ClipByTensor clip_by_tensor_norm(double max_norm, const NonFiniteOptions& options = {}) {
  return {detail::TensorMeasure::norm, max_norm, options, "clip_by_tensor_norm"};
}

/// The same by the root of the mean square, √(Σg²/n), which doesn't grow with a tensor's size:
/// g_k ← g_k / max(1, RMS(g_k) / threshold). As optax.clip_by_block_rms; Shazeer & Stern,
/// "Adafactor", 2018, clip updates so.
inline ClipByTensor clip_by_block_rms(double threshold, const NonFiniteOptions& options = {}) {
  return {detail::TensorMeasure::root_mean_square, threshold, options, "clip_by_block_rms"};
}

namespace detail {

template <class S>
void clip_tensors(Parameters<S>& parameters, TensorMeasure measure, double limit,
                  const char* owner) {
  require_in(ranges::positive_or_infinite, limit, owner, "limit");
  Elements<S>& elements = parameters.elements();
  require_writable_gradients(elements, owner);
  const UpdateStream<S> gradients(elements, nullptr);
  double check = 0.0;
  gradients.for_each_tensor([&](const Tensor<S>&, const auto& alone) {
    const double value = measure_tensor(alone, measure);
    check += value - value;
  });
  SkipCounts counts;
  judge_norm(gradients, check, {}, counts, owner);
  // Measured again, as there is no room to keep values in.
  gradients.for_each_tensor([&](const Tensor<S>& tensor, const auto& alone) {
    const double value = measure_tensor(alone, measure);
    if (value > limit) scale_groups(one_group(gradient_to_write(tensor)), S(limit / value));
  });
}

}  // namespace detail

/// Clips each gradient in place, once, as clip_by_tensor_norm() would. Throws
/// std::invalid_argument, with all gradients untouched, for a limit outside (0, ∞] and gradients
/// that are const or not finite, by name.
///
///     et::clip_gradient_tensor_norm(parameters, 1.0f);
template <class S>
void clip_gradient_tensor_norm(Parameters<S>& parameters, std::type_identity_t<S> max_norm) {
  detail::clip_tensors(parameters, detail::TensorMeasure::norm, static_cast<double>(max_norm),
                       "clip_gradient_tensor_norm");
}

/// Clips each gradient in place, once, as clip_by_block_rms() would. Throws as the other.
///
///     et::clip_gradient_block_rms(parameters, 1.0f);
template <class S>
void clip_gradient_block_rms(Parameters<S>& parameters, std::type_identity_t<S> threshold) {
  detail::clip_tensors(parameters, detail::TensorMeasure::root_mean_square,
                       static_cast<double>(threshold), "clip_gradient_block_rms");
}

/// The same for one gradient: an Eigen matrix, array, Map, Ref, block or Tensor.
template <detail::Tensorial G>
void clip_gradient_block_rms(G&& gradient, detail::ScalarOf<G> threshold) {
  using S = detail::ScalarOf<G>;
  constexpr const char* owner = "clip_gradient_block_rms";
  const auto limit = static_cast<double>(threshold);
  require_in(ranges::positive_or_infinite, limit, owner, "limit");
  const auto all = detail::all_values(gradient);
  if (all.size == 0) return;
  const detail::GroupStream<S> values{all};
  const double rms = detail::measure_tensor(values, detail::TensorMeasure::root_mean_square);
  SkipCounts counts;
  detail::judge_norm(values, rms, {}, counts, owner);
  if (rms > limit) detail::scale_groups(all, S(limit / rms));
}

}  // namespace eigentrain
