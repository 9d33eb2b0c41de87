// SPDX-License-Identifier: MIT
// The rows or columns of a matrix, or all of it, as groups of weights that belong together.
#pragma once

#include "eigentrain/core/reduce.hpp"
#include "eigentrain/core/update.hpp"

namespace eigentrain {

/// Which weights of a matrix belong together. Weights are out × in: a row holds what enters one
/// unit, a column what leaves one input.
enum class Groups { rows, columns, all };

namespace detail {

/// `count` groups, `step` values apart, of `size` values each: value k of a group lies
/// k / run · stride + k % run after its first one. Either the values of a group are contiguous
/// (in runs), or neighbouring groups are: then run = 1 and step = 1.
template <class S>
struct Grouped {
  S* data = nullptr;
  Index count = 0, step = 0, size = 0, run = 1, stride = 1;
  bool across = false;  // the groups lie across the storage order
};

/// Finds the groups of a matrix, an array, a Map, Ref or block.
template <class S, class T>
Grouped<S> grouped(T& tensor, Groups groups) {
  using Plain = std::remove_const_t<T>;
  static_assert(Dense<Plain> && has_memory<Plain>(),
                "eigentrain: groups of weights are taken from an Eigen matrix, array, Map, Ref or "
                "block, not from an expression");
  static_assert(has_unit_inner_stride<Plain>(),
                "eigentrain: the values of a column (of a row, if row-major) must be contiguous");
  static_assert(std::is_same_v<typename Plain::Scalar, float> ||
                    std::is_same_v<typename Plain::Scalar, double>,
                "eigentrain: weights are float or double");
  constexpr Groups along = Plain::IsRowMajor ? Groups::rows : Groups::columns;
  const Index inner = tensor.innerSize(), outer = tensor.outerSize();
  const Index stride = tensor.outerStride();
  if (groups == Groups::all) {
    const Memory<S> memory = memory_of<S>(tensor);
    return {memory.data, 1, 0, tensor.size(), memory.inner, memory.stride, false};
  }
  if (groups == along) return {tensor.data(), outer, stride, inner, inner, inner, false};
  return {tensor.data(), inner, 1, outer, 1, stride, true};
}

template <class T>
concept Tensorial = Dense<std::remove_cvref_t<T>> || Contiguous<std::remove_cvref_t<T>>;

template <class T>
using ScalarOf = typename std::remove_cvref_t<T>::Scalar;

template <class S>
Grouped<S> one_group(const Memory<S>& memory) {
  return {memory.data, 1, 0, memory.size(), memory.inner, memory.stride, false};
}

/// All values of a tensor that is to be changed in place, as one group.
template <class T>
auto all_values(T&& tensor) {
  using Plain = std::remove_cvref_t<T>;
  using S = typename Plain::Scalar;
  static_assert(
      has_memory<Plain>() && has_unit_inner_stride<Plain>() && is_writable<T>(),
      "eigentrain: what is changed in place is writable, not const and no expression, and "
      "contiguous along a column (row-major: a row)");
  static_assert(std::is_same_v<S, float> || std::is_same_v<S, double>,
                "eigentrain: values are float or double");
  return one_group<S>(memory_of<S>(tensor));
}

/// The memory of a tensor's gradient; see require_writable_gradients().
template <class S>
Memory<S> gradient_to_write(const Tensor<S>& tensor) {
  const Memory<const S>& g = tensor.gradient;
  return {const_cast<S*>(g.data), g.inner, g.outer, g.stride};
}

/// The units of a tensor in a list, of its parameter or of its gradient: the rows of a matrix, the
/// slices along the first axis of a Tensor, a vector as a whole.
template <class S, class V>
Grouped<V> units_in(const Tensor<S>& tensor, const Memory<V>& memory) {
  const Index units = tensor.units, size = memory.size();
  if (units <= 1 || size == 0) return one_group(memory);
  const Index each = size / units;
  if (tensor.row_major) {
    // In one run, or row by row with gaps between.
    return {memory.data, units, memory.outer == 1 ? each : memory.stride, each, each, each, false};
  }
  return {memory.data, units, 1, each, 1, memory.outer == 1 ? units : memory.stride, true};
}

/// Calls f(tensor) for the tensors whose names the predicate takes and that aren't frozen; returns
/// how many there are.
template <class S, class Predicate, class F>
Index for_each_named(const Parameters<S>& parameters, const Predicate& predicate, const F& f) {
  Index named = 0;
  for (Index i = 0; i < parameters.size(); ++i) {
    if (parameters.options(i).frozen || !predicate(parameters.name(i))) continue;
    f(parameters[i]);
    ++named;
  }
  return named;
}

/// Groups whose sums are formed together.
inline constexpr Index group_block = 32;
/// Values of each that are copied at a time, where groups lie across the storage order.
inline constexpr Index group_depth = 128;

/// Folds term(w, w) over each of the groups [first, first + count), at most group_block: in the
/// same order whatever the storage order, so that the bits don't depend on it.
template <class Fold, class S, class F>
void fold_groups(const Grouped<S>& groups, Index first, Index count, double* results,
                 const F& term) {
  using Value = std::remove_const_t<S>;
  alignas(64) double lanes[group_block][reduction_lanes];
  std::fill_n(&lanes[0][0], count * reduction_lanes, Fold::start);
  const auto fold = [&](Index k, Index at, const Value* values, Index n) {
    reduce_run<Fold>(lanes[k], at, values, values, std::array<Value*, 0>{}, n, term);
  };
  const S* const data = groups.size == 0 ? nullptr : groups.data + first * groups.step;
  if (groups.across) {
    Value copies[group_block][group_depth];  // read along the storage order, used across it
    for (Index at = 0; at < groups.size; at += group_depth) {
      const Index n = std::min(group_depth, groups.size - at);
      for (Index i = 0; i < n; ++i) {
        for (Index k = 0; k < count; ++k) copies[k][i] = data[(at + i) * groups.stride + k];
      }
      for (Index k = 0; k < count; ++k) fold(k, at, copies[k], n);
    }
  } else {
    for (Index k = 0; k < count; ++k) {
      for (Index at = 0; at < groups.size; at += groups.run) {
        fold(k, at, data + k * groups.step + at / groups.run * groups.stride, groups.run);
      }
    }
  }
  for (Index k = 0; k < count; ++k) results[k] = fold_lanes<Fold>(lanes[k]);
}

/// w ← rule(v, w, f) for the values of the groups [first, first + count), at most group_block,
/// where f is the group's factor. `source` may be `target`, and is of the same shape and order.
template <class S, class V, class Rule>
void update_groups(const Grouped<S>& target, const Grouped<V>& source, Index first, Index count,
                   S* factors, const Rule& rule) {
  S* const to = target.data + first * target.step;
  const S* const from = source.data + first * source.step;
  if (target.across) {
    for (Index i = 0; i < target.size; ++i) {
      update_run<Assign>(to + i * target.stride, from + i * source.stride,
                         std::array<S*, 1>{factors}, count, rule);
    }
    return;
  }
  for (Index k = 0; k < count; ++k) {
    const auto with_factor = [rule, f = factors[k]](const auto& v, const auto& w) {
      std::remove_cvref_t<decltype(w)> factor(f);
      return rule(v, w, factor);
    };
    Index n = 0;
    for (Index at = 0; at < target.size; at += n) {
      const Index t = at % target.run, s = at % source.run;
      n = std::min(target.run - t, source.run - s);
      update_run<Assign>(to + k * target.step + at / target.run * target.stride + t,
                         from + k * source.step + at / source.run * source.stride + s,
                         std::array<S*, 0>{}, n, with_factor);
    }
  }
}

/// v ← factor · v for all values of the groups.
template <class S>
void scale_groups(const Grouped<S>& groups, S factor) {
  S factors[group_block];
  std::fill_n(factors, group_block, factor);
  for (Index first = 0; first < groups.count; first += group_block) {
    update_groups(groups, groups, first, std::min(group_block, groups.count - first), factors,
                  [](const auto& v, const auto&, auto& f) { return f * v; });
  }
}

}  // namespace detail
}  // namespace eigentrain
