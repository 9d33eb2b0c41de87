// SPDX-License-Identifier: MIT
// A list of tensors divided among several optimizers.
#pragma once

#include <concepts>

#include "eigentrain/core/parameters.hpp"

namespace eigentrain::detail {

[[noreturn]] EIGENTRAIN_COLD inline void refuse_part(std::string_view name, Index part,
                                                     Index parts) {
  fail({"partition: part must be in [0, ", parts, "), got ", part, " for ", name});
}

// Which part takes a tensor: true is the first one of two, false the second.
template <class S, class Choose>
Index part_of(const Choose& choose, const Tensor<S>& tensor) {
  const auto number = [](auto chosen) {
    if constexpr (std::same_as<decltype(chosen), bool>) {
      return Index(chosen ? 0 : 1);
    } else {
      return static_cast<Index>(chosen);
    }
  };
  if constexpr (std::is_invocable_v<const Choose&, const Tensor<S>&>) {
    return number(choose(tensor));
  } else {
    return number(choose(tensor.name));
  }
}

/// A list of tensors, and that of each part. Whose a tensor is stays as it was in the first step;
/// all else may change.
template <class S, std::size_t Parts>
class Division {
 public:
  /// Whether this is the list that was divided, as it was then.
  bool is_of(const Parameters<S>& parameters) const { return copy_.is_copy_of(parameters); }

  /// Divides a list that is another one now. `begun` is whether a step was made. Throws
  /// std::invalid_argument for another number of tensors than there was in the first step, and for
  /// a part that there isn't.
  template <class Choose>
  EIGENTRAIN_COLD void divide(const Parameters<S>& parameters, const Choose& choose, bool begun) {
    require(!parameters.empty(), "Parameters: the list is empty; add() tensors first");
    const auto n = static_cast<std::size_t>(parameters.size());
    require(!begun || n == chosen_.size(), "step: the list had ", chosen_.size(),
            " tensors in the first step and has ", n, " now");
    if (!begun) {
      copy_ = Parameters<S>();  // if this fails, the next step divides again
      chosen_.resize(n);
      for (std::size_t i = 0; i < n; ++i) {
        const Tensor<S> tensor = parameters[static_cast<Index>(i)];
        chosen_[i] = part_of(choose, tensor);
      }
    }
    deal(parameters);
  }

  /// Divides it by the parts that were chosen. Throws std::invalid_argument for one that there
  /// isn't.
  EIGENTRAIN_COLD void deal(const Parameters<S>& parameters) {
    constexpr Index parts = static_cast<Index>(Parts);
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (chosen_[i] < 0 || chosen_[i] >= parts) {
        refuse_part(parameters.name(static_cast<Index>(i)), chosen_[i], parts);
      }
    }
    for (std::size_t k = 0; k < Parts; ++k) {
      lists_[k] = parameters;
      lists_[k].keep_only(
          [&](Index i) { return chosen_[static_cast<std::size_t>(i)] == static_cast<Index>(k); });
    }
    copy_ = parameters;
  }

  /// The part of each tensor.
  Buffer<Index>& chosen() { return chosen_; }
  /// The tensors of part k.
  Parameters<S>& list(std::size_t k) { return lists_[k]; }
  const Parameters<S>& list(std::size_t k) const { return lists_[k]; }

 private:
  Parameters<S> copy_, lists_[Parts];  // the user's list when it was divided, and the pieces
  Buffer<Index> chosen_;               // by tensor
};

}  // namespace eigentrain::detail
