// SPDX-License-Identifier: MIT
// The list of a model's tensors and their gradients: views, never copies.
#pragma once

#include <string_view>
#include <utility>

#include "eigentrain/core/participants.hpp"

namespace eigentrain {

/// The parameters of a model with their gradients, in the order in which they were added.
///
///     Eigen::MatrixXf W(128, 784), dW(128, 784);
///     Eigen::VectorXf b(128), db(128);
///     et::Parameters<float> parameters;
///     parameters.add("fc1.weight", W, dW);
///     parameters.add("fc1.bias", b, db, {.weight_decay = false});
///
/// Takes any Eigen object whose values are contiguous along columns (rows, if row-major): Matrix,
/// Array, Map, Ref, block, of fixed or dynamic size, and Eigen::Tensor and TensorMap. Matrices must
/// outlive the list; a view is read when it is added, and the memory behind it must stay. What
/// can't work does not compile: const or temporary parameters, expressions, strided columns, a
/// row-major parameter with a column-major gradient.
template <class S>
class Parameters {
 public:
  static_assert(std::is_same_v<S, float> || std::is_same_v<S, double>,
                "eigentrain: parameters are float or double");

  /// Adds a tensor and its gradient, which must have equal shapes. Throws std::invalid_argument,
  /// with the list unchanged, if the shapes differ, the name is empty or taken, the two share
  /// memory, a pointer is null, or the learning-rate scale is negative or not finite.
  template <class P, class G>
  Parameters& add(std::string_view name, P&& parameter, G&& gradient,
                  const ParameterOptions& options = {}) {
    detail::check_parameter_types<S, P, G>();
    append(name, {View<S>(parameter), View<const S>(gradient), options, !detail::is_writable<G>()});
    return *this;
  }

  /// The number of tensors.
  Index size() const { return entries_.size(); }
  /// Whether there are no tensors.
  bool empty() const { return size() == 0; }
  /// The number of values in all tensors, frozen ones included.
  Index total() const { return entries_.total(); }

  /// Valid until the list changes.
  std::string_view name(Index i) const { return entries_.name(i); }
  /// The options of tensor i. Valid until the list changes.
  const ParameterOptions& options(Index i) const { return entries_[i].options; }
  /// The number of values in tensor i when it was added; a step throws if it has changed.
  Index count(Index i) const { return entries_[i].parameter.shape().size(); }

  /// The shape of tensor i when it was added.
  const Shape& shape(Index i) const { return entries_[i].parameter.shape(); }
  /// Whether the type of tensor i says that it is a vector.
  bool is_vector(Index i) const { return entries_[i].parameter.is_vector(); }

  /// Shows a checkpoint the values of all tensors; see StateVisitor.
  template <class Visitor>
  void visit_state(Visitor& visit) {
    for (Index i = 0; i < size(); ++i) {
      const Tensor<S> tensor = (*this)[i];
      const Memory<S>& p = tensor.parameter;
      visit.values(name(i), Visitor::matrix(p.data, shape(i), is_vector(i), tensor.row_major,
                                            p.outer > 1 ? p.stride : 0));
    }
  }

  /// Changes the options of the tensor with this name, for all steps from now on. Throws
  /// std::invalid_argument if there is none, or as add().
  EIGENTRAIN_NOINLINE void set_options(std::string_view name, const ParameterOptions& options) {
    const Index i = entries_.find(name);
    require(i >= 0, "Parameters: there is no tensor named \"", name, "\"");
    detail::check_options(options, name);
    entries_.options(i) = options;
    participants_.forget();
  }

  /// Changes the options of all tensors by change(name, options), for all steps from now on:
  ///
  ///     parameters.change_options([](std::string_view name, et::ParameterOptions& options) {
  ///       if (name.ends_with(".bias")) options.weight_decay = false;
  ///     });
  ///
  /// Throws std::invalid_argument, with nothing changed, as add().
  template <class Change>
  void change_options(const Change& change) {
    entries_.change_options(change);
    participants_.forget();
  }

  /// Takes all tensors off the list but those whose numbers the predicate takes; none if it throws:
  ///
  ///     et::Parameters<float> biases = parameters;
  ///     biases.keep_only([&](et::Index i) { return parameters.name(i).ends_with(".bias"); });
  template <class Takes>
  void keep_only(const Takes& takes) {
    // All are asked before the first one goes.
    Index* const kept = participants_.lend(size());
    Index n = 0;
    for (Index i = 0; i < size(); ++i) {
      if (takes(i)) kept[n++] = i;
    }
    entries_.keep(kept, n);
  }

  /// Whether this list is a copy of the other as that is now.
  bool is_copy_of(const Parameters& other) const { return entries_.same_bytes(other.entries_); }

  /// Tensor i where it lies now. Throws std::invalid_argument if it was resized since it was added.
  Tensor<S> operator[](Index i) const { return entries_.tensor(i); }

  /// All tensors that take part in a step, where they lie now; for transforms and functions that
  /// walk over them. Allocates nothing. Throws std::invalid_argument if the list is empty or a
  /// tensor was resized. Valid until the next call.
  Elements<S>& elements() { return participants_.now(entries_); }

 private:
  EIGENTRAIN_COLD void append(std::string_view name, const detail::Entry<S>& added) {
    require(!name.empty(), "Parameters: a tensor needs a name");
    detail::AnyView::check_pair(name, added.parameter, added.gradient, sizeof(S));
    detail::check_options(added.options, name);
    // Room first: a failed allocation leaves the list as it was.
    participants_.reserve(size() + 1, total() + added.parameter.shape().size());
    require(entries_.add(name, added), "Parameters: there is already a tensor named \"", name,
            "\"");
  }

  detail::Participants<S> participants_;
  detail::Entries<S> entries_;
};

}  // namespace eigentrain
