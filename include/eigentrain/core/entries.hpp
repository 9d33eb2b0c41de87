// SPDX-License-Identifier: MIT
// The tensors of a list as they were added: where to find each of them, its options and its name.
#pragma once

#include <string_view>

#include "eigentrain/core/names.hpp"
#include "eigentrain/core/tensor.hpp"

namespace eigentrain::detail {

/// A tensor as it was added.
template <class S>
struct Entry {
  View<S> parameter;
  View<const S> gradient;
  ParameterOptions options;
  bool gradient_is_const = false;
};

/// What Parameters keeps, frozen tensors included; numbers are those of Parameters.
template <class S>
class Entries {
 public:
  Index size() const { return static_cast<Index>(entries_.size()); }
  /// The number of values in all tensors.
  Index total() const { return total_; }

  const Entry<S>* begin() const { return entries_.begin(); }
  const Entry<S>& operator[](Index i) const { return entries_[static_cast<std::size_t>(i)]; }
  ParameterOptions& options(Index i) { return entries_[static_cast<std::size_t>(i)].options; }
  std::string_view name(Index i) const { return names_[i]; }

  /// The number of the tensor with this name, −1 if there is none.
  Index find(std::string_view name) const { return names_.find(name); }

  /// Finds out where a tensor lies now; all else of it stays. Throws std::invalid_argument if it
  /// was resized since it was added. Writes only what has changed, so that the caches of other
  /// threads keep the rest.
  EIGENTRAIN_NOINLINE void locate(Tensor<S>& tensor) const {
    const Entry<S>& entry = (*this)[tensor.number];
    S* const parameter = entry.parameter.data(tensor.name, "parameter");
    const S* const gradient = entry.gradient.data(tensor.name, "gradient");
    if (tensor.parameter.data != parameter) tensor.parameter.data = parameter;
    if (tensor.gradient.data != gradient) tensor.gradient.data = gradient;
  }

  /// Tensor i where it lies now. Throws std::invalid_argument if it was resized since it was added.
  Tensor<S> tensor(Index i) const {
    const Entry<S>& entry = (*this)[i];
    Tensor<S> tensor;
    tensor.name = name(i);
    tensor.options = &entry.options;
    tensor.gradient_is_const = entry.gradient_is_const;
    tensor.number = i;
    tensor.units = entry.parameter.units();
    tensor.row_major = entry.parameter.row_major();
    tensor.parameter = entry.parameter.memory_at(static_cast<S*>(nullptr));
    tensor.gradient = entry.gradient.memory_at(static_cast<const S*>(nullptr));
    locate(tensor);
    return tensor;
  }

  /// Adds a tensor; returns whether its name was none of these. If it was, or memory fails, nothing
  /// has changed.
  bool add(std::string_view name, const Entry<S>& added) {
    const std::size_t number = entries_.size();
    entries_.reserve(number + 1);
    if (!names_.add(name)) return false;
    entries_.resize(number + 1);
    entries_[number] = added;
    total_ += added.parameter.shape().size();
    return true;
  }

  /// As Parameters::change_options().
  template <class Change>
  void change_options(const Change& change) {
    Buffer<Entry<S>> changed(entries_);
    for (Index i = 0; i < size(); ++i) {
      ParameterOptions& options = changed[static_cast<std::size_t>(i)].options;
      change(name(i), options);
      check_options(options, name(i));
    }
    entries_ = static_cast<Buffer<Entry<S>>&&>(changed);
  }

  /// Takes all tensors off but the n with these numbers, which ascend.
  void keep(const Index* numbers, Index n) {
    total_ = 0;
    for (Index k = 0; k < n; ++k) {
      const Entry<S> kept = (*this)[numbers[k]];
      entries_[static_cast<std::size_t>(k)] = kept;
      total_ += kept.parameter.shape().size();
    }
    entries_.resize(static_cast<std::size_t>(n));
    names_.keep(numbers, n);
  }

  /// Whether these are copies of the others as those are now.
  bool same_bytes(const Entries& other) const {
    return entries_.same_bytes(other.entries_) && names_.same_bytes(other.names_);
  }

 private:
  Buffer<Entry<S>> entries_;
  Names names_;
  Index total_ = 0;
};

}  // namespace eigentrain::detail
