// SPDX-License-Identifier: MIT
// Different optimizers for different parameters, in one step.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/division.hpp"
#include "eigentrain/core/joint_pass.hpp"

namespace eigentrain {

namespace detail {

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
    detail::NoObserver nobody;
    return step(parameters, nobody);
  }

  /// The same, watched by a Monitor, which sees all tensors as those of one step, and its number is
  /// count(). Those of a part that only gathers gradients in this step it doesn't see.
  template <class Observer>
  bool step(Parameters<S>& parameters, Observer& observer) {
    if (!division_.is_of(parameters) || parameters.empty()) [[unlikely]] {
      division_.divide(parameters, choose_, begun_);
    }
    made_ = false;
    if constexpr (detail::watches<Observer>()) joint_.begin(division_.chosen().size());
    if constexpr (!detail::Gate<Observer>) observer.begin(parameters, count_);
    if (!step_from<0>(observer)) return false;
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
    if (!division_.is_of(parameters)) division_.divide(parameters, choose_, begun_);
    visit("steps", count_);
    visit("begun", begun_);
    visit("parts", division_.chosen().data(), division_.chosen().size());
    require_count(count_, "Partition", "steps");
    if (visit.loading()) division_.deal(parameters);
    int number = 1;
    const auto show = [&](auto& part) {
      const typename Visitor::Group group(visit, number == 1 ? "part1" : "part", number);
      part.visit_state(visit, division_.list(std::size_t(number++ - 1)));
    };
    detail::with_items(parts_, [&](auto&... parts) { (show(parts), ...); });
  }

  /// Calls f(part, list) for all parts, each with its own tensors of this list; for none before the
  /// first step. Throws std::invalid_argument if the partition has made steps over a list of
  /// another number of tensors.
  ///
  ///     optimizer.for_each_part(parameters, [](auto& part, et::Parameters<float>& list) {
  ///       std::printf("%td tensors, %td steps\n", list.size(), std::ptrdiff_t(part.count()));
  ///     });
  template <class F>
  void for_each_part(const Parameters<S>& parameters, const F& f) {
    if (!begun_) return;
    if (!division_.is_of(parameters)) division_.divide(parameters, choose_, begun_);
    std::size_t k = 0;
    const auto with = [&](auto& part) { f(part, division_.list(k++)); };
    detail::with_items(parts_, [&](auto&... parts) { (with(parts), ...); });
  }

  /// The tensors of part I, numbered as in its measurements; empty before the first step.
  const Parameters<S>& tensors(std::size_t part) const { return division_.list(part); }

 private:
  static constexpr std::size_t part_count = sizeof...(Parts);

  template <std::size_t I, class Observer>
  struct Door {
    static constexpr bool watches = detail::watches<Observer>();
    Partition& owner;
    Observer& observer;
    bool open = false;
    bool admit() { return open = owner.template step_from<I + 1>(observer); }
    // In a watched step the pass waits for those of the other parts, to be made with them.
    template <class Pass>
    bool admit(const Elements<S>& elements, const Pass& pass) {
      owner.joint_.add(I, elements, pass);
      return admit();
    }
  };

  // Each part steps when the one before it has measured, and before that changes anything. False if
  // a step is skipped.
  template <std::size_t I, class Observer>
  bool step_from(Observer& observer) {
    if constexpr (I == part_count) {
      if constexpr (detail::watches<Observer>()) {
        if (joint_.join(division_.chosen())) {
          const Step step{count_ + 1};
          return detail::make_pass(joint_.elements(), step, observer, joint_) == Verdict::proceed;
        }
      }
      return detail::admitted(observer);
    } else {
      Parameters<S>& list = division_.list(I);
      if (list.empty()) return step_from<I + 1>(observer);
      Door<I, Observer> door{*this, observer};
      if (detail::item<I>(parts_).step(list, door)) made_ = true;
      return door.open;
    }
  }

  Choose choose_;
  detail::List<Parts...> parts_;
  detail::Division<S, part_count> division_;
  detail::JointPass<S, part_count> joint_;  // of a step that is watched
  std::int64_t count_ = 0;
  bool begun_ = false, made_ = false;
};

/// Different optimizers for different parameters, in one step: choose(tensor) or choose(name)
/// returns true for the tensors of the first part and false for those of the second, or, with any
/// number of parts, the number of the part, from 0 on. A part is a sequence, a transform, a
/// chain or another partition.
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
