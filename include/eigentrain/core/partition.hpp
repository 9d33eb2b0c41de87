// SPDX-License-Identifier: MIT
// Different optimizers for different parameters, in one step.
#pragma once

#include <concepts>

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

namespace detail {

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

template <class S, class T>
auto optimizer_of(T part) {
  if constexpr (requires { typename T::Scalar; }) {
    return part;
  } else {
    return chain<S>(std::move(part));
  }
}

}  // namespace detail

/// Several chains, each of which takes some of a list's tensors. Made by partition().
template <class S, class Choose, class... Parts>
class Partition {
 public:
  /// The type of the values, float or double.
  using Scalar = S;

  /// Takes what partition() takes, as chains.
  explicit Partition(Choose choose, Parts... parts)
      : choose_(std::move(choose)), parts_{{std::move(parts)}...} {}

  /// A step of every part. Returns whether one was made. If a part throws, or skips its step,
  /// nothing has changed in any of them: all measure before the first of them changes a thing.
  bool step(Parameters<S>& parameters) {
    if (!copy_.is_copy_of(parameters) || parameters.empty()) [[unlikely]] {
      divide(parameters);
    }
    made_ = false;
    if (!step_from<0>()) return false;
    begun_ = true;
    count_ += made_;
    return made_;
  }

  /// Steps made so far. Those of a part, part<I>().count(), are fewer if it had no tensors at first
  /// or gathers gradients.
  std::int64_t count() const { return count_; }

  /// Part I, to look at what it measured or kept, or to set its learning rate.
  template <std::size_t I>
  auto& part() {
    return detail::item<I>(parts_);
  }
  /// The same, to be read.
  template <std::size_t I>
  const auto& part() const {
    return detail::item<I>(parts_);
  }

  /// Shows a checkpoint all state, which belongs to this list; see StateVisitor. Throws
  /// std::invalid_argument if the partition has made steps over another list.
  template <class Visitor>
  void visit_state(Visitor& visit, const Parameters<S>& parameters) {
    if (!copy_.is_copy_of(parameters)) divide(parameters);
    visit("steps", count_);
    visit("begun", begun_);
    visit("parts", chosen_.data(), chosen_.size());
    require_count(count_, "Partition", "steps");
    if (visit.loading()) deal(parameters);
    int number = 1;
    const auto show = [&](auto& part) {
      const typename Visitor::Group group(visit, number == 1 ? "part1" : "part", number);
      part.visit_state(visit, lists_[number++ - 1]);
    };
    detail::with_items(parts_, [&](auto&... parts) { (show(parts), ...); });
  }

  /// The tensors of part I, numbered as in its measurements; empty before the first step.
  const Parameters<S>& tensors(std::size_t part) const { return lists_[part]; }

 private:
  static constexpr std::size_t part_count = sizeof...(Parts);

  template <std::size_t I>
  struct Door {
    Partition& owner;
    bool open = false;
    bool admit() { return open = owner.template step_from<I + 1>(); }
  };

  // Each part steps when the one before it has measured, and before that changes anything. False if
  // a step is skipped.
  template <std::size_t I>
  bool step_from() {
    if constexpr (I == part_count) {
      return true;
    } else {
      if (lists_[I].empty()) return step_from<I + 1>();
      Door<I> door{*this};
      if (detail::item<I>(parts_).step(lists_[I], door)) made_ = true;
      return door.open;
    }
  }

  // Whose a tensor is stays as it was in the first step; all else may change.
  EIGENTRAIN_COLD void divide(const Parameters<S>& parameters) {
    require(!parameters.empty(), "Parameters: the list is empty; add() tensors first");
    const auto n = static_cast<std::size_t>(parameters.size());
    require(!begun_ || n == chosen_.size(), "step: the list had ", chosen_.size(),
            " tensors in the first step and has ", n, " now");
    if (!begun_) {
      chosen_.resize(n);
      for (std::size_t i = 0; i < n; ++i) {
        const Tensor<S> tensor = parameters[static_cast<Index>(i)];
        chosen_[i] = detail::part_of(choose_, tensor);
      }
    }
    deal(parameters);
  }

  EIGENTRAIN_COLD void deal(const Parameters<S>& parameters) {
    constexpr Index parts = static_cast<Index>(part_count);
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (chosen_[i] < 0 || chosen_[i] >= parts) {
        detail::refuse_part(parameters.name(static_cast<Index>(i)), chosen_[i], parts);
      }
    }
    for (std::size_t k = 0; k < part_count; ++k) {
      lists_[k] = parameters;
      lists_[k].keep_only(
          [&](Index i) { return chosen_[static_cast<std::size_t>(i)] == static_cast<Index>(k); });
    }
    copy_ = parameters;
  }

  Choose choose_;
  detail::List<Parts...> parts_;
  Parameters<S> copy_, lists_[part_count];  // the user's list when it was divided, and the pieces
  detail::Buffer<Index> chosen_;            // by tensor
  std::int64_t count_ = 0;
  bool begun_ = false, made_ = false;
};

/// Different optimizers for different parameters, in one step: choose(tensor) or choose(name)
/// returns true for the tensors of the first part and false for those of the second, or, with any
/// number of parts, the number of the part, from 0 on. A part is a sequence, a transform or a
/// chain.
///
///     auto optimizer = et::partition<float>(
///         [](std::string_view name) { return name.ends_with(".weight"); },
///         et::adamw({.learning_rate = 1e-3}), et::sgd({.learning_rate = 1e-2}));
///     optimizer.step(parameters);
///     optimizer.part<1>().set_learning_rate(1e-3);
///
/// A tensor stays with the part that it had in the first step; its options may change at any time.
/// State is allocated for a part's own tensors only, in the first step. What a part measures (a
/// global norm) it measures of its own tensors. Copies go on from the same point. step() throws
/// what the parts throw, and std::invalid_argument for a number of a part that there isn't. As
/// optax.multi_transform; in PyTorch these are several optimizers.
template <class S, class Choose, class... Parts>
auto partition(Choose choose, Parts... parts) {
  static_assert(sizeof...(Parts) >= 2, "eigentrain: a partition has two parts or more");
  return Partition<S, Choose, decltype(detail::optimizer_of<S>(std::move(parts)))...>(
      std::move(choose), detail::optimizer_of<S>(std::move(parts))...);
}

}  // namespace eigentrain
