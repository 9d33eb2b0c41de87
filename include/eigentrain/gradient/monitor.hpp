// SPDX-License-Identifier: MIT
// Watching a step: norms of gradients, weights and updates, tensor by tensor.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/gradient/monitor_kernels.hpp"
#include "eigentrain/gradient/tensor_statistics.hpp"

namespace eigentrain {

/// The options of Monitor.
struct MonitorOptions {
  std::int64_t every = 32;  ///< ≥ 1: gathers in the optimizer's steps 0, every, 2·every, …
};

/// Gathers what is worth watching while an optimizer makes its step, in the same pass over memory:
/// for each tensor and for all together ‖g‖₂, ‖g‖_∞, mean |g|, the shares of gradients that are
/// zero or not finite, ‖w‖₂, ‖Δw‖₂ and their ratio.
///
///     et::Monitor<float> monitor({.every = 32});
///     optimizer.step(parameters, monitor);
///     if (monitor.gathered()) {
///       for (Eigen::Index i = 0; i < monitor.size(); ++i) {
///         log(monitor[i].name, monitor[i].gradient_norm, monitor[i].update_ratio());
///       }
///       log("all", monitor.total().gradient_norm);
///     }
///
/// Gradients are seen as they lie in memory, before clipping and whatever else the chain does, and
/// Δw as what really changed. Pieces of 2048 values are added up while they are in the cache, in S
/// within a piece (relative error about 1e-6 for float), in double between them; where squares
/// would overflow or vanish, all in double (so that for S = double itself, values beyond 1e154 have
/// a norm of ∞, and below 1e-154 one of 0). The same bits for any thread count and processor. A
/// step that gathers takes somewhat more than twice the time of Adam's, the others what they take
/// without a monitor: some 4% at the default. Allocates in the first step only.
///
/// Frozen tensors and those without elements have zeros. Throws std::invalid_argument for
/// every < 1.
template <class S>
class Monitor {
 public:
  /// Throws std::invalid_argument for options out of range.
  explicit Monitor(const MonitorOptions& options = {}) : options_(options) {
    require_at_least(1, options.every, "Monitor", "every");
  }

  const MonitorOptions& options() const { return options_; }
  /// Whether the last step was one of those that are gathered.
  bool gathered() const { return gathered_; }
  /// The number of the last step that was gathered, from 0 on; −1 before the first.
  std::int64_t step() const { return step_; }

  /// Tensors of the list; 0 before the first step. Like all statistics, those of the last step that
  /// was gathered.
  Index size() const { return static_cast<Index>(tensors_.size()); }
  /// Tensor i of the list.
  const TensorStatistics& operator[](Index i) const { return tensors_[std::size_t(i)]; }
  /// All together, by the name "all".
  const TensorStatistics& total() const { return total_; }

  /// For chains: a step begins, the number of which counts from 0.
  void begin(const Parameters<S>& parameters, std::int64_t step) {
    gathered_ = false;
    if (!is_due(step)) return;
    const auto n = static_cast<std::size_t>(parameters.size());
    sums_.resize(static_cast<std::size_t>(parameters.total() / reduction_chunk) + 1);
    // Room only: the step may end early, and until another one is made the last one is shown.
    const std::size_t shown = tensors_.size();
    tensors_.resize(n);
    tensors_.resize(shown);
    list_ = &parameters;
  }

  /// For chains: makes the pass, with pass(tensor, run) for each run, and gathers if it is time.
  template <class Pass>
  void watch(const Elements<S>& elements, const Step& step, const Pass& pass) {
    if (!is_due(step.index())) return detail::update_runs(elements, pass);
    tensors_.resize(static_cast<std::size_t>(list_->size()));
    for (Index i = 0; i < size(); ++i) {
      tensors_[static_cast<std::size_t>(i)] = {list_->name(i), list_->count(i)};
    }
    detail::MonitorSums all;
    for (const Tensor<S>& tensor : elements.tensors) {
      const detail::MonitorSums sums = watch_tensor(elements, tensor, pass);
      write(tensors_[static_cast<std::size_t>(tensor.number)], sums);
      all.add(sums);
    }
    total_ = {"all", elements.total};
    write(total_, all);
    step_ = step.index();
    gathered_ = true;
  }

  /// For checkpoints; see StateVisitor. The list is that of the steps.
  template <class Visitor>
  void visit_state(Visitor& visit, const Parameters<S>& list) {
    visit("step", step_);
    visit("gathered", gathered_);
    require_at_least(-1, step_, "Monitor", "step");
    if (step_ < 0) return;
    const auto n = static_cast<std::size_t>(list.size());
    if (visit.loading()) {
      tensors_.resize(n);
      for (std::size_t i = 0; i < n; ++i) {
        tensors_[i] = {list.name(static_cast<Index>(i)), list.count(static_cast<Index>(i))};
      }
    }
    require(n == tensors_.size(), "Monitor: it has watched ", tensors_.size(), " tensors, not ", n);
    visit("size", total_.size);
    detail::Buffer<double> numbers(n + 1);
    const auto show = [&](std::string_view name, double TensorStatistics::* number) {
      for (std::size_t i = 0; i < n; ++i) numbers[i] = tensors_[i].*number;
      numbers[n] = total_.*number;
      visit(name, numbers.data(), n + 1);
      for (std::size_t i = 0; i < n; ++i) tensors_[i].*number = numbers[i];
      total_.*number = numbers[n];
    };
    show("gradient_norm", &TensorStatistics::gradient_norm);
    show("gradient_max", &TensorStatistics::gradient_max);
    show("gradient_mean", &TensorStatistics::gradient_mean);
    show("zero_share", &TensorStatistics::zero_share);
    show("non_finite_share", &TensorStatistics::non_finite_share);
    show("weight_norm", &TensorStatistics::weight_norm);
    show("update_norm", &TensorStatistics::update_norm);
  }

 private:
  bool is_due(std::int64_t step) const { return step % options_.every == 0; }

  // In chunks, of which threads take some each; their sums are added in order.
  template <class Pass>
  detail::MonitorSums watch_tensor(const Elements<S>& elements, const Tensor<S>& tensor,
                                   const Pass& pass) {
    const Index size = tensor.parameter.size();
    parallel_ranges(size, reduction_chunk, [&](Index begin, Index end) {
      for (Index at = begin; at < end; at += reduction_chunk) {
        detail::MonitorSums& sums = sums_[static_cast<std::size_t>(at / reduction_chunk)];
        sums = {};
        const Index last = std::min(end, at + reduction_chunk);
        for (Index piece = at; piece < last; piece += detail::monitor_piece) {
          sums.add(watch_piece(elements, tensor.first + piece,
                               std::min(last - piece, detail::monitor_piece), pass));
        }
      }
    });
    detail::MonitorSums all;
    for (Index at = 0; at < size; at += reduction_chunk) {
      all.add(sums_[static_cast<std::size_t>(at / reduction_chunk)]);
    }
    return all;
  }

  template <class Pass>
  static detail::MonitorSums watch_piece(const Elements<S>& elements, Index first, Index size,
                                         const Pass& pass) {
    alignas(64) S before[detail::monitor_piece];
    const S *gradient = nullptr, *after = nullptr;
    Index runs = 0;
    detail::for_each_run(elements.tensors, first, first + size,
                         [&](const Tensor<S>& tensor, const detail::Run<S>& run) {
                           std::copy_n(run.parameter, run.size, before + (run.first - first));
                           gradient = run.gradient;
                           after = run.parameter;
                           pass(tensor, run);
                           ++runs;
                         });
    if (runs == 1) return detail::sum_piece(gradient, before, after, size);
    // With gaps: brought together, so that gaps change no bit.
    S g[detail::monitor_piece], w[detail::monitor_piece];
    detail::for_each_run(elements.tensors, first, first + size,
                         [&](const Tensor<S>&, const detail::Run<S>& run) {
                           std::copy_n(run.gradient, run.size, g + (run.first - first));
                           std::copy_n(run.parameter, run.size, w + (run.first - first));
                         });
    return detail::sum_piece<S>(g, before, w, size);
  }

  static void write(TensorStatistics& tensor, const detail::MonitorSums& sums) {
    const auto n = static_cast<double>(std::max(tensor.size, Index(1)));
    tensor.gradient_norm = std::sqrt(sums.gradient_squares);
    tensor.gradient_max = sums.gradient_max;
    tensor.gradient_mean = sums.gradient_total / n;
    tensor.zero_share = sums.zeros / n;
    tensor.non_finite_share = sums.not_finite / n;
    tensor.weight_norm = std::sqrt(sums.weight_squares);
    tensor.update_norm = std::sqrt(sums.update_squares);
  }

  MonitorOptions options_;
  bool gathered_ = false;
  std::int64_t step_ = -1;
  const Parameters<S>* list_ = nullptr;  // of the step that has begun
  detail::Buffer<TensorStatistics> tensors_;
  detail::Buffer<detail::MonitorSums> sums_;  // of the chunks of one tensor
  TensorStatistics total_{"all"};
};

}  // namespace eigentrain
