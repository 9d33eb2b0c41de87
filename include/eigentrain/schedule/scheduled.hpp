// SPDX-License-Identifier: MIT
// Hyperparameters that follow a schedule.
#pragma once

#include "eigentrain/core/chain.hpp"

namespace eigentrain {

namespace detail {

template <class Make>
using MadeBy = std::remove_cvref_t<decltype(std::declval<const Make&>()(std::int64_t()))>;

[[noreturn]] EIGENTRAIN_COLD inline void refuse_scheduled(Index now, Index declared) {
  fail({"scheduled: the transform keeps ", now, " state values now, but kept ", declared,
        " in step 0, which says how many there are"});
}

// What all scheduled transforms have.
template <class Make>
class ScheduledBase {
 public:
  static constexpr std::string_view state_name = detail::state_name<MadeBy<Make>>();

  explicit ScheduledBase(Make make)
      : make_(std::move(make)), slots_(detail::slots(make_(std::int64_t(0)))) {}

  Index slots() const { return slots_; }

  /// The transform of a step, counted from 0.
  MadeBy<Make> operator()(std::int64_t step) const {
    auto made = make_(step);
    if (detail::slots(made) > slots_) refuse_scheduled(detail::slots(made), slots_);
    return made;
  }

 private:
  Make make_;
  Index slots_;
};

}  // namespace detail

/// The transform made by scheduled().
template <class Make>
class Scheduled : public detail::ScheduledBase<Make> {
 public:
  using detail::ScheduledBase<Make>::ScheduledBase;

  template <class S>
  auto at(const Step& step) const {
    return (*this)(step.index()).template at<S>(step);
  }
};

/// Of a transform with a statistic.
template <class Make>
  requires detail::Measuring<detail::MadeBy<Make>>
class Scheduled<Make> : public detail::ScheduledBase<Make> {
  using Inner = detail::MadeBy<Make>;

 public:
  using detail::ScheduledBase<Make>::ScheduledBase;

  /// The measurement of the transform inside.
  struct Measurement : Inner::Measurement {
    std::int64_t step = 0;  ///< that was measured, counted from 0

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List& list) {
      detail::visit_measurement(visit, list, static_cast<typename Inner::Measurement&>(*this));
    }
  };

  template <class Stream>
  void measure(const Stream& stream, const Step& step, Measurement& measured) const {
    measured.step = step.index();
    detail::measure(stream, step, (*this)(measured.step),
                    static_cast<typename Inner::Measurement&>(measured));
  }

  Verdict verdict(const Measurement& measured) const
    requires detail::Judging<Inner>
  {
    return (*this)(measured.step).verdict(measured);
  }

  /// The rule of a step that only gathers.
  template <class S>
  auto gather(const Measurement& measured) const
    requires requires(const Inner& inner) { inner.template gather<S>(measured); }
  {
    return (*this)(measured.step).template gather<S>(measured);
  }

  template <class S>
  auto at(const Step& step, const Measurement& measured) const {
    return (*this)(step.index()).template at<S>(step, measured);
  }
};

/// Any transform with hyperparameters that change from step to step: make(t) returns the transform
/// for step t, counted from 0 as by schedules.
///
///     const et::Schedule rate = et::cosine_decay({.initial = 0.1, .steps = 10'000});
///     auto optimizer = et::chain<float>(
///         et::scheduled([](std::int64_t t) { return et::momentum({.momentum = t < 500 ? 0.5 :
///         0.9}); }), et::scheduled([rate](std::int64_t t) { return et::decay_weights(0.1 *
///         rate(t)); }), et::descend(rate));
///
/// Works for momentum, weight decay, β (the bias correction is 1 − βᵗ with the present β, as where
/// one changes it in PyTorch's param_groups), ε, and for the limit of a clipping transform. The
/// state stays where it is. `make` is a pure function of the step, and returns one type; it is
/// called once for step 0 when scheduled() is, and at least once in each step. Allocates if `make`
/// does.
///
/// What the transform throws for options out of range, a step throws, with nothing changed; so also
/// std::invalid_argument where the transform keeps more state than in step 0: a momentum that
/// begins at 0, which keeps none, can't grow; let it begin at 1e-9. The rule of a transform of your
/// own holds what it needs by value, since the transform is gone when it runs. In Optax:
/// inject_hyperparams.
template <class Make>
Scheduled<Make> scheduled(Make make) {
  return Scheduled<Make>(std::move(make));
}

}  // namespace eigentrain
