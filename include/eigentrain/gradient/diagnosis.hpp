// SPDX-License-Identifier: MIT
// What the statistics of a step say about each layer.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/packet.hpp"
#include "eigentrain/gradient/tensor_statistics.hpp"

namespace eigentrain {

/// What may be wrong with a layer.
enum class LayerState { healthy, exploding, vanishing, dead, stuck, too_fast };

/// Which number told so; see Diagnosis for each.
enum class Evidence { none, non_finite_share, zero_share, norm_growth, depth_ratio, update_ratio };

/// The thresholds of a Diagnosis. One that is 0 or ∞ never speaks.
struct DiagnosisOptions {
  double exploding = 10.0;     ///< norm, in units of the tensor's usual one; in (0, ∞]
  double growing = 1e3;        ///< RMS, in units of that behind the tensor; in (0, ∞]
  double vanishing = 1e-3;     ///< RMS, in units of that behind the tensor; in [0, ∞)
  double dead = 0.9;           ///< share of gradients that are exactly 0; in (0, ∞]
  double slow = 1e-5;          ///< update-to-weight ratio; in [0, ∞)
  double fast = 0.1;           ///< update-to-weight ratio; in (0, ∞]
  double least_weight = 0.02;  ///< RMS of the weights that `fast` assumes at least; in [0, ∞)
  std::int64_t least = 16;     ///< finite values that a history of norms must have, ≥ 1
};

/// A tensor's state and the comparison that it rests on: `value` was beyond `threshold`. For a
/// healthy one both are 0.
struct LayerDiagnosis {
  std::string_view name;                   ///< of the tensor
  LayerState state = LayerState::healthy;  ///< what may be wrong
  Evidence evidence = Evidence::none;      ///< which number told so
  double value = 0.0;                      ///< that number
  double threshold = 0.0;                  ///< what it was beyond
};

/// A list of statistics, as a monitor or a std::vector: l.size(), and l[i] is TensorStatistics.
template <class T>
concept StatisticsList = requires(const T& l) {
  { l.size() } -> std::convertible_to<Index>;
  { l[l.size()] } -> std::convertible_to<const TensorStatistics&>;
};

/// A list of histories of gradient norms: h.size(), h[i].finite() and h[i].median().
template <class T>
concept HistoryList = requires(const T& h) {
  { h.size() } -> std::convertible_to<Index>;
  { h[h.size()].finite() } -> std::convertible_to<Index>;
  { h[h.size()].median() } -> std::convertible_to<double>;
};

/// Says of each tensor whether its gradient and its update look right. Tensors are given in the
/// order from the input to the output. The first rule of these that speaks decides, with the
/// default thresholds of DiagnosisOptions in parentheses:
///
///     exploding   non_finite_share > 0
///     dead        zero_share ≥ dead (0.9)
///     exploding   ‖g‖₂ > exploding (10) · median of the tensor's own earlier norms
///     exploding   ρ > growing (1e3)       ρ = RMS(g) / RMS(all gradients behind it, together),
///     vanishing   ρ < vanishing (1e-3)    RMS(g) = ‖g‖₂/√n, behind: towards the output
///     too_fast    ‖Δw‖₂ > fast (0.1) · max(‖w‖₂, least_weight (0.02) · √n), or NaN
///     stuck       ‖Δw‖₂ < slow (1e-5) · ‖w‖₂
///
/// The root of the mean square makes layers of different sizes comparable. Dead and non-finite
/// tensors don't count among those behind. `least_weight` is there for biases that begin at zero
/// and for which any step is a large one. An update-to-weight ratio near 1e-3 is usual. Nothing is
/// said about updates where weights and updates are all 0 (not measured), nor about tensors without
/// elements.
///
///     et::Diagnosis diagnosis;
///     if (monitor.gathered()) {
///       diagnosis.update(monitor);          // or (monitor, histories), a History for each tensor
///       for (et::Index i = 0; i < diagnosis.size(); ++i) std::cout << et::sentence(diagnosis[i]);
///     }
///
/// These are rules of thumb, to look closer by. An embedding's gradient is mostly zeros by nature,
/// a frozen layer is dead, and a rate of 0, as at the start of a warm-up, leaves all layers stuck.
///
/// The vanishing and the exploding gradient: Bengio, Simard & Frasconi, 1994; Pascanu, Mikolov &
/// Bengio, 2013. The ratio of updates to weights: Karpathy's notes for Stanford's CS231n, "Neural
/// Networks Part 3". The thresholds are this library's; PyTorch, Keras and Optax have none.
class Diagnosis {
 public:
  /// Throws std::invalid_argument for thresholds out of range.
  explicit Diagnosis(const DiagnosisOptions& options = {}) : options_(options) {
    const auto check = [](const Range& range, double value, const char* name) {
      require_in(range, value, "Diagnosis", name);
    };
    check(ranges::positive_or_infinite, options.exploding, "exploding");
    check(ranges::positive_or_infinite, options.growing, "growing");
    check(ranges::not_negative, options.vanishing, "vanishing");
    check(ranges::positive_or_infinite, options.dead, "dead");
    check(ranges::not_negative, options.slow, "slow");
    check(ranges::positive_or_infinite, options.fast, "fast");
    check(ranges::not_negative, options.least_weight, "least_weight");
    require_at_least(1, options.least, "Diagnosis", "least");
  }

  /// Judges the tensors of one step. Allocates only for a longer list than ever before.
  template <StatisticsList List>
  void update(const List& list) {
    judge_all(list, [](Index) { return 0.0; });
  }

  /// As above, and compares each norm with the median of history i; one with fewer than `least`
  /// finite values says nothing. Throws std::invalid_argument unless the lists are equally long.
  template <StatisticsList List, HistoryList Histories>
  void update(const List& list, const Histories& histories) {
    const auto count = static_cast<Index>(list.size());
    require(static_cast<Index>(histories.size()) == count, "Diagnosis: there are ", count,
            " tensors but ", histories.size(), " histories");
    judge_all(list, [&](Index i) {
      const auto& history = histories[static_cast<decltype(histories.size())>(i)];
      return static_cast<std::int64_t>(history.finite()) >= options_.least ? history.median() : 0.0;
    });
  }

  /// How many tensors were judged last.
  Index size() const { return static_cast<Index>(results_.size()); }
  /// What was found for tensor i. Throws std::invalid_argument if there is none.
  const LayerDiagnosis& operator[](Index i) const {
    require(i >= 0 && i < size(), "Diagnosis: there is no tensor ", i, " among ", size());
    return results_[static_cast<std::size_t>(i)];
  }
  /// How many tensors are in a state.
  Index count(LayerState state) const {
    Index found = 0;
    for (const LayerDiagnosis& result : results_) found += result.state == state;
    return found;
  }

 private:
  template <StatisticsList List, std::invocable<Index> Usual>
  void judge_all(const List& list, const Usual& usual) {
    const auto count = static_cast<Index>(list.size());
    results_.resize(static_cast<std::size_t>(count));
    square_behind_ = size_behind_ = 0.0;
    for (Index i = count - 1; i >= 0; --i) {
      results_[static_cast<std::size_t>(i)] =
          judge(list[static_cast<decltype(list.size())>(i)], usual(i));
    }
  }

  EIGENTRAIN_NOINLINE LayerDiagnosis judge(const TensorStatistics& tensor, double usual) {
    using enum LayerState;
    const DiagnosisOptions& limit = options_;
    const auto found = [&tensor](LayerState state, Evidence evidence, double value, double than) {
      return LayerDiagnosis{tensor.name, state, evidence, value, than};
    };
    if (tensor.non_finite_share > 0.0) {
      return found(exploding, Evidence::non_finite_share, tensor.non_finite_share, 0.0);
    }
    if (tensor.zero_share >= limit.dead) {
      return found(dead, Evidence::zero_share, tensor.zero_share, limit.dead);
    }
    const double root = std::sqrt(static_cast<double>(tensor.size)), norm = tensor.gradient_norm;
    const double behind = std::sqrt(square_behind_ / size_behind_);  // NaN if there is nothing
    if (norm <= 1e150) {  // beyond, the square would overflow
      square_behind_ = (Exact(square_behind_) + Exact(norm) * Exact(norm))[0];
      size_behind_ += static_cast<double>(tensor.size);
    }
    if (usual > 0.0 && norm > limit.exploding * usual) {
      return found(exploding, Evidence::norm_growth, norm / usual, limit.exploding);
    }
    if (behind > 0.0) {
      const double ratio = norm / root / behind;
      if (ratio > limit.growing)
        return found(exploding, Evidence::depth_ratio, ratio, limit.growing);
      if (ratio < limit.vanishing) {
        return found(vanishing, Evidence::depth_ratio, ratio, limit.vanishing);
      }
    }
    if (tensor.weight_norm == 0.0 && tensor.update_norm == 0.0) {
      return found(healthy, Evidence::none, 0.0, 0.0);
    }
    const double ratio =
        tensor.update_norm / std::max(tensor.weight_norm, limit.least_weight * root);
    if (!(ratio <= limit.fast)) return found(too_fast, Evidence::update_ratio, ratio, limit.fast);
    if (tensor.update_ratio() < limit.slow) {
      return found(stuck, Evidence::update_ratio, tensor.update_ratio(), limit.slow);
    }
    return found(healthy, Evidence::none, 0.0, 0.0);
  }

  DiagnosisOptions options_;
  detail::Buffer<LayerDiagnosis> results_;
  double square_behind_ = 0.0, size_behind_ = 0.0;
};

}  // namespace eigentrain
