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
  Participants(const Participants& other) : elements_(other.elements_) {}
  Participants& operator=(const Participants& other) {
    elements_ = other.elements_;
    forget();
    return *this;
  }

  /// Room for so many tensors, with so many values in all, so that now() allocates nothing. Whoever
  /// calls this has other tensors in mind: forgets, too.
  EIGENTRAIN_COLD void reserve(Index tensors, Index total) {
    known_ = nullptr;
    const auto most = static_cast<std::size_t>(tensors);
    const auto chunks = static_cast<std::size_t>(total / reduction_chunk) + most;
    elements_.tensors.resize(most);
    elements_.partial_sums.resize(static_cast<std::size_t>(reduction_values) * chunks);
  }

  /// The entries, or their options, are others now.
  void forget() { known_ = nullptr; }

  /// Forgets, and lends room for n numbers until it is lent again.
  Index* lend(Index n) {
    known_ = nullptr;
    lent_.resize(static_cast<std::size_t>(n));
    return lent_.data();
  }

  /// As Parameters::elements().
  EIGENTRAIN_INLINE Elements<S>& now(const Entries<S>& entries) {
    if (known_ == nullptr || known_ != entries.begin()) [[unlikely]] {
      know(entries);
    }
    elements_.chunks = 0;
    Tensor<S>* const begin = elements_.tensors.begin();
    for (Tensor<S>* tensor = begin; tensor != begin + watched_; ++tensor) entries.locate(*tensor);
    return elements_;
  }

 private:
  EIGENTRAIN_COLD void know(const Entries<S>& entries) {
    require(entries.size() > 0, "Parameters: the list is empty; add() tensors first");
    elements_.tensors.resize(static_cast<std::size_t>(entries.size()));
    elements_.total = 0;
    elements_.state.forget();
    Tensor<S>* tensor = elements_.tensors.begin();
    const bool emptiness[] = {false, true};
    for (const bool empty : emptiness) {
      for (Index i = 0; i < entries.size(); ++i) {
        const Index size = entries[i].parameter.shape().size();
        if (entries[i].options.frozen || (size == 0) != empty) continue;
        *tensor = entries.tensor(i);
        tensor->first = elements_.total;
        elements_.total += size;
        ++tensor;
      }
      watched_ = tensor - elements_.tensors.begin();
      if (!empty) elements_.tensors.resize(static_cast<std::size_t>(watched_));
    }
    known_ = entries.begin();
  }

  Elements<S> elements_;
  // Tensors that lie there: those of elements_ and, behind them, those that take part without
  // values, in case that they get some.
  Index watched_ = 0;
  Buffer<Index> lent_;
  const Entry<S>* known_ = nullptr;  // the entries that elements_ was made for
};

}  // namespace eigentrain::detail
