// SPDX-License-Identifier: MIT
// Which tensors of a list take part in a step, and where they lie in this one.
#pragma once

#include "eigentrain/core/entries.hpp"

namespace eigentrain::detail {

/// Finds them once for all steps: what is known of the tensors stays the same from step to step,
/// but for where they lie.
template <class S>
class Participants {
 public:
  Participants() = default;
  Participants(Participants&&) = default;
  Participants& operator=(Participants&&) = default;
  // A copy of the entries may come to lie where those were that are known here, with names that lie
  // elsewhere: a copy knows nothing.
  Participants(const Participants& other) : elements_(other.elements_), empty_(other.empty_) {}
  Participants& operator=(const Participants& other) {
    elements_ = other.elements_;
    empty_ = other.empty_;
    forget();
    return *this;
  }

  /// Room for so many tensors, with so many values in all, so that now() allocates nothing. Whoever
  /// calls this has other tensors in mind: forgets, too.
  void reserve(Index tensors, Index total) {
    known_ = nullptr;
    elements_.tensors.resize(static_cast<std::size_t>(tensors));
    empty_.resize(static_cast<std::size_t>(tensors));
    const Index chunks = total / reduction_chunk + tensors;
    elements_.partial_sums.resize(static_cast<std::size_t>(reduction_values * chunks));
  }

  /// The entries, or their options, are others now.
  void forget() { known_ = nullptr; }

  /// Forgets, and lends room for n numbers until it is needed again by now().
  Index* lend(Index n) {
    known_ = nullptr;
    empty_.resize(static_cast<std::size_t>(n));
    return empty_.data();
  }

  /// As Parameters::elements().
  EIGENTRAIN_INLINE Elements<S>& now(const Entries<S>& entries) {
    if (known_ == nullptr || known_ != entries.begin()) [[unlikely]] {
      know(entries);
    }
    elements_.chunks = 0;
    // Inner, outer and stride stay. Writes only what has changed, so that the caches of other
    // threads keep the rest.
    for (Tensor<S>& tensor : elements_.tensors) {
      const Entry<S>& entry = entries[tensor.number];
      S* const parameter = entry.parameter.data(tensor.name, "parameter");
      const S* const gradient = entry.gradient.data(tensor.name, "gradient");
      if (tensor.parameter.data != parameter) tensor.parameter.data = parameter;
      if (tensor.gradient.data != gradient) tensor.gradient.data = gradient;
    }
    if (empty_.begin() != empty_.end()) require_empty(entries);
    return elements_;
  }

 private:
  EIGENTRAIN_NOINLINE void require_empty(const Entries<S>& entries) const {
    for (Index i : empty_) entries.tensor(i);
  }

  EIGENTRAIN_COLD void know(const Entries<S>& entries) {
    require(entries.size() > 0, "Parameters: the list is empty; add() tensors first");
    const auto most = static_cast<std::size_t>(entries.size());
    elements_.tensors.resize(most);
    empty_.resize(most);
    std::size_t tensors = 0, empties = 0;
    elements_.total = 0;
    elements_.state.forget();
    for (Index i = 0; i < entries.size(); ++i) {
      if (entries[i].options.frozen) continue;
      const Tensor<S> tensor = entries.tensor(i);
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
    known_ = entries.begin();
  }

  Elements<S> elements_;
  Buffer<Index> empty_;              // tensors that take part, but have no values
  const Entry<S>* known_ = nullptr;  // the entries that elements_ was made for
};

}  // namespace eigentrain::detail
