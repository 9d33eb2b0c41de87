// SPDX-License-Identifier: MIT
// The list of a model's tensors and their gradients: views, never copies.
#pragma once

#include <string_view>
#include <utility>

#include "eigentrain/core/tensor.hpp"

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
  Index size() const { return static_cast<Index>(entries_.size()); }
  /// Whether there are no tensors.
  bool empty() const { return size() == 0; }
  /// The number of values in all tensors, frozen ones included.
  Index total() const { return total_; }

  /// Valid until the list changes.
  std::string_view name(Index i) const {
    const Entry& found = entry(i);
    return {names_.data() + found.name, found.name_size};
  }
  /// The options of tensor i. Valid until the list changes.
  const ParameterOptions& options(Index i) const { return entry(i).options; }
  /// The number of values in tensor i when it was added; a step throws if it has changed.
  Index count(Index i) const { return entry(i).parameter.shape().size(); }

  /// The shape of tensor i when it was added.
  const Shape& shape(Index i) const { return entry(i).parameter.shape(); }
  /// Whether the type of tensor i says that it is a vector.
  bool is_vector(Index i) const { return entry(i).parameter.is_vector(); }

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
    const Index i = find(name);
    require(i >= 0, "Parameters: there is no tensor named \"", name, "\"");
    detail::check_options(options, name);
    entries_[static_cast<std::size_t>(i)].options = options;
    known_ = nullptr;
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
    detail::Buffer<Entry> changed(entries_);
    for (Index i = 0; i < size(); ++i) {
      ParameterOptions& options = changed[static_cast<std::size_t>(i)].options;
      change(name(i), options);
      detail::check_options(options, name(i));
    }
    entries_ = static_cast<detail::Buffer<Entry>&&>(changed);
    known_ = nullptr;
  }

  /// Takes all tensors off the list but those whose numbers the predicate takes; none if it throws:
  ///
  ///     et::Parameters<float> biases = parameters;
  ///     biases.keep_only([&](et::Index i) { return parameters.name(i).ends_with(".bias"); });
  template <class Takes>
  void keep_only(const Takes& takes) {
    // The numbers of the kept come first, where know() will put others.
    known_ = nullptr;
    empty_.resize(entries_.size());
    std::size_t kept = 0;
    for (Index i = 0; i < size(); ++i) {
      if (takes(i)) empty_[kept++] = i;
    }
    total_ = 0;
    for (std::size_t k = 0; k < kept; ++k) {
      entries_[k] = Entry(entry(empty_[k]));
      total_ += count(static_cast<Index>(k));
    }
    entries_.resize(kept);
  }

  /// Whether this list is a copy of the other as that is now.
  bool is_copy_of(const Parameters& other) const {
    return entries_.same_bytes(other.entries_) && names_.same_bytes(other.names_);
  }

  /// Tensor i where it lies now. Throws std::invalid_argument if it was resized since it was added.
  Tensor<S> operator[](Index i) const {
    const Entry& found = entry(i);
    Tensor<S> tensor;
    tensor.name = name(i);
    tensor.options = &found.options;
    tensor.gradient_is_const = found.gradient_is_const;
    tensor.number = i;
    tensor.units = found.parameter.units();
    tensor.row_major = found.parameter.row_major();
    tensor.parameter = found.parameter.memory(tensor.name, "parameter");
    tensor.gradient = found.gradient.memory(tensor.name, "gradient");
    return tensor;
  }

  /// All tensors that take part in a step, where they lie now; for transforms and functions that
  /// walk over them. Allocates nothing. Throws std::invalid_argument if the list is empty or a
  /// tensor was resized. Valid until the next call.
  Elements<S>& elements() {
    // What is known of the tensors stays the same from step to step, but for where they lie.
    if (known_ == nullptr || known_ != entries_.data()) [[unlikely]] {
      know();
    }
    elements_.chunks = 0;
    for (Tensor<S>& tensor : elements_.tensors) follow(tensor, entry(tensor.number));
    for (Index i : empty_) (*this)[i];
    return elements_;
  }

 private:
  struct Entry {
    View<S> parameter;
    View<const S> gradient;
    ParameterOptions options;
    bool gradient_is_const = false;
    std::size_t name = 0, name_size = 0;  // in names_
  };

  EIGENTRAIN_NOINLINE void append(std::string_view name, const Entry& added) {
    require(!name.empty(), "Parameters: a tensor needs a name");
    require(find(name) < 0, "Parameters: there is already a tensor named \"", name, "\"");
    detail::AnyView::check_pair(name, added.parameter, added.gradient, sizeof(S));
    detail::check_options(added.options, name);
    const std::size_t number = entries_.size(), begin = names_.size();
    const Index total = total_ + added.parameter.shape().size();
    // Room first: a failed allocation leaves the list as it was.
    known_ = nullptr;
    elements_.tensors.resize(number + 1);
    empty_.resize(number + 1);
    const Index chunks = total / reduction_chunk + 1 + static_cast<Index>(number);
    elements_.partial_sums.resize(static_cast<std::size_t>(reduction_values * chunks));
    names_.resize(begin + name.size());
    entries_.resize(number + 1);
    Entry& entry = entries_[number];
    entry = added;
    entry.name = begin;
    entry.name_size = name.size();
    std::memcpy(names_.data() + begin, name.data(), name.size());
    total_ = total;
  }

  EIGENTRAIN_COLD void know() {
    require(!empty(), "Parameters: the list is empty; add() tensors first");
    const std::size_t most = entries_.size();
    elements_.tensors.resize(most);
    empty_.resize(most);
    std::size_t tensors = 0, empties = 0;
    elements_.total = 0;
    for (Index i = 0; i < size(); ++i) {
      if (options(i).frozen) continue;
      const Tensor<S> tensor = (*this)[i];
      if (tensor.parameter.size() == 0) {
        empty_[empties++] = i;
        continue;
      }
      elements_.tensors[tensors] = tensor;
      elements_.tensors[tensors++].first = elements_.total;
      elements_.total += tensor.parameter.size();
    }
    elements_.tensors.resize(tensors);
    empty_.resize(empties);
    known_ = entries_.data();
  }

  // Where it lies now; inner, outer and stride stay. Writes only what has changed, so that the
  // caches of other threads keep the rest.
  static void follow(Tensor<S>& tensor, const Entry& entry) {
    S* const parameter = entry.parameter.data(tensor.name, "parameter");
    const S* const gradient = entry.gradient.data(tensor.name, "gradient");
    if (tensor.parameter.data != parameter) tensor.parameter.data = parameter;
    if (tensor.gradient.data != gradient) tensor.gradient.data = gradient;
  }

  // The number of the tensor with this name, −1 if there is none.
  Index find(std::string_view wanted) const {
    Index i = size() - 1;
    while (i >= 0 && !detail::same_text(name(i), wanted)) --i;
    return i;
  }

  const Entry& entry(Index i) const { return entries_[static_cast<std::size_t>(i)]; }

  detail::Buffer<Entry> entries_;
  detail::Buffer<char> names_;  // one after the other
  Index total_ = 0;
  Elements<S> elements_;
  detail::Buffer<Index> empty_;   // tensors that take part, but have no values
  const Entry* known_ = nullptr;  // the entries that elements_ was made for; a copy has others
};

}  // namespace eigentrain
