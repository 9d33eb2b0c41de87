// SPDX-License-Identifier: MIT
// Sums over all elements of a step, the same bits for any thread count and division into tensors.
#pragma once

#include <cmath>
#include <string_view>

#include "eigentrain/core/list.hpp"
#include "eigentrain/core/reduce.hpp"
#include "eigentrain/core/update.hpp"

namespace eigentrain {

/// All elements of a step as they arrive at a transform: the gradients after the rules that stand
/// before it. Reading them changes nothing.
template <class S, class... Rules>
class UpdateStream {
 public:
  /// The type of the values, float or double.
  using Scalar = S;

  /// Of these elements and the rules before; made by the chain.
  UpdateStream(Elements<S>& elements, S* const* streams, const Rules&... rules)
      : elements_(elements), streams_(streams), size_(elements.total), rules_{{rules}...} {}

  /// The number of elements.
  Index size() const { return size_; }

  /// The same elements behind one more rule, which may use the asking transform's own state, from
  /// slot 0 on: copies of it, so that a sum may be taken over what this step is going to write. The
  /// rule must outlive the stream that is returned.
  template <class Rule>
  UpdateStream<S, Rules..., Rule> after(const Rule& rule) const {
    return detail::with_items(rules_, [&](const auto&... rules) {
      UpdateStream<S, Rules..., Rule> further(elements_, streams_, rules..., rule);
      further.first_ = first_;
      further.size_ = size_;
      return further;
    });
  }

  /// Σ term(u, p) over all elements, formed in double: term is a generic lambda over packets of
  /// double, as in `stream.sum([](const auto& u, const auto&) { return u * u; })`.
  template <class F>
  double sum(const F& term) const {
    return reduce<detail::Sum>(term);
  }

  /// Calls f(tensor, its stream, its two sums) for every tensor that wanted(tensor) takes, with the
  /// bits that the stream's own sum() would give them, but after one pass over all tensors. This
  /// stream must be that of all elements. Threads share whole chunks, in the pass of the step too,
  /// so that each finds in its cache what it has written.
  template <class Wanted, class First, class Second, class F>
  void sums_by_tensor(const Wanted& wanted, const First& first, const Second& second,
                      const F& f) const {
    const auto term = [&](const auto& u, const auto& p) EIGENTRAIN_INLINE_LAMBDA {
      return detail::Both{first(u, p), second(u, p)};
    };
    elements_.share_chunks();
    const auto cut = [&](Index i, Index n) { return elements_.cut(i, n); };
    detail::parallel_cuts(elements_.total, elements_.parts(), cut, [&](Index begin, Index end) {
      for_each_tensor([&](const Tensor<S>& tensor, const UpdateStream& alone) {
        for (Index at = 0; at < alone.size_ && wanted(tensor); at += reduction_chunk) {
          if (tensor.first + at < begin || tensor.first + at >= end) continue;
          alone.template reduce_chunk<detail::Sum, 2>(at, term, elements_.sums_of(tensor));
        }
      });
    });
    for_each_tensor([&](const Tensor<S>& tensor, const UpdateStream& alone) {
      if (!wanted(tensor)) return;
      f(tensor, alone, alone.template fold_chunks<detail::Sum, 2>(elements_.sums_of(tensor)));
    });
  }

  /// The largest term(u, p), NaN if one is NaN, −∞ if there are no elements.
  template <class F>
  double max(const F& term) const {
    return reduce<detail::Max>(term);
  }

  /// Calls f(tensor, stream) for every tensor of this step with the stream of its elements alone,
  /// whose sums have the same bits wherever it stands in the list.
  template <class F>
  void for_each_tensor(const F& f) const {
    for (const Tensor<S>& tensor : elements_.tensors) {
      UpdateStream alone(*this);
      alone.first_ = tensor.first;
      alone.size_ = tensor.parameter.size();
      f(tensor, alone);
    }
  }

  /// One more than the largest number of a tensor: room for one value each, by Tensor::number.
  std::size_t tensors() const {
    const std::size_t n = elements_.tensors.size();
    return n == 0 ? 0 : static_cast<std::size_t>(elements_.tensors[n - 1].number) + 1;
  }

  /// The stream of the asking transform's own state slot k; a tensor's values begin at
  /// Tensor::state there.
  S* state(int k) const { return streams_[detail::total_arity<S, Rules...> + k]; }

  /// Writes all elements into the asking transform's own state slot k.
  void store(int k) const {
    static_assert(detail::total_arity<S, Rules...> == 0,
                  "eigentrain: this transform writes down what arrives at it, so that those before "
                  "it must not have state; put it at the beginning of the chain");
    S* const streams[] = {state(k)};
    const auto write = [](const auto& u, const auto&, auto& stored) {
      stored = u;
      return u;
    };
    detail::with_items(rules_, [&](const auto&... rules) {
      detail::update<detail::Keep>(elements_, streams, rules..., write);
    });
  }

  /// Runs a rule (u, p, state...) over all elements before the pass, for the asking transform's own
  /// state: what it writes must be scratch, or the same as it was, since the step may yet fail.
  template <class Rule>
  void write(const Rule& rule) const {
    static_assert(detail::total_arity<S, Rules...> == 0,
                  "eigentrain: this transform writes before the pass, so that those before it must "
                  "not have state; put it at the beginning of the chain");
    detail::with_items(rules_, [&](const auto&... rules) {
      detail::update<detail::Keep>(elements_, streams_, rules..., rule);
    });
  }

  /// The name of the first tensor whose own Σ term(u, p) is infinite or NaN; empty if none is.
  template <class F>
  std::string_view first_without_finite_sum(const F& term) const {
    std::string_view name;
    for_each_tensor([&](const Tensor<S>& tensor, const UpdateStream& alone) {
      if (name.empty() && !std::isfinite(alone.sum(term))) name = tensor.name;
    });
    return name;
  }

 private:
  template <class, class...>
  friend class UpdateStream;

  // The chunk that begins at element `at` of this stream; a term has `Count` values.
  template <class Fold, std::size_t Count, class F>
  void reduce_chunk(Index at, const F& term, double* chunks) const {
    alignas(64) double lanes[Count * detail::reduction_lanes];
    std::fill_n(lanes, Count * detail::reduction_lanes, Fold::start);
    const Index begin = first_ + at, end = first_ + std::min(size_, at + reduction_chunk);
    detail::with_items(rules_, [&](const auto&... rules) {
      const auto add = [&](const Tensor<S>& tensor, const detail::Run<S>& run) {
        detail::reduce_run<Fold>(lanes, run.first - first_, run.parameter, run.gradient,
                                 detail::state_pointers<S, Rules...>(streams_, run.state), run.size,
                                 term, detail::rule_for(rules, tensor)...);
      };
      detail::for_each_run(elements_.tensors, begin, end, add);
    });
    double* const results = chunks + at / reduction_chunk * Index(Count);
    for (std::size_t k = 0; k < Count; ++k) {
      results[k] = detail::fold_lanes<Fold>(lanes + k * detail::reduction_lanes);
    }
  }

  template <class Fold, std::size_t Count>
  std::array<double, Count> fold_chunks(const double* chunks) const {
    std::array<double, Count> results;
    results.fill(Fold::start);
    for (Index at = 0; at < size_; at += reduction_chunk, chunks += Count) {
      for (std::size_t k = 0; k < Count; ++k) {
        results[k] = Fold::template fold<1>(results[k], chunks[k])[0];
      }
    }
    return results;
  }

  template <class Fold, class F>
  double reduce(const F& term) const {
    double* const chunks = elements_.partial_sums.data();
    parallel_ranges(size_, reduction_chunk, [&](Index begin, Index end) {
      for (Index at = begin; at < end; at += reduction_chunk) {
        reduce_chunk<Fold, 1>(at, term, chunks);
      }
    });
    return fold_chunks<Fold, 1>(chunks)[0];
  }

  Elements<S>& elements_;
  S* const* streams_;
  Index first_ = 0, size_ = 0;  // of the elements that this stream holds
  detail::List<const Rules&...> rules_;
};

}  // namespace eigentrain
