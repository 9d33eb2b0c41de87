// SPDX-License-Identifier: MIT
// From the point where a schedule-free optimizer trains to the one that it is used at, and back.
#pragma once

#include "eigentrain/schedule/schedule_free.hpp"

namespace eigentrain {

namespace detail {

template <class S, class... T>
std::bool_constant<(std::is_same_v<T, ScheduleFree> || ...)> averages(const Chain<S, T...>&);

}  // namespace detail

/// An optimizer with schedule_free() in it.
template <class Optimizer>
concept Averaging = decltype(detail::averages(std::declval<const Optimizer&>()))::value;

namespace detail {

/// p ← p − factor·(z − y) for all tensors of the list, frozen ones too.
template <class Optimizer, class S>
void move_between(Optimizer& optimizer, Parameters<S>& parameters, bool averaging) {
  ScheduleFree transform = optimizer.template get<ScheduleFree>();
  if (transform.averaging() == averaging) return;
  if (optimizer.count() > 0) {
    for (Index i = 0; i < parameters.size(); ++i) {
      const Index kept = optimizer.template state<ScheduleFree>(i).size();
      const Tensor<S> tensor = parameters[i];
      require(kept == tensor.parameter.size(), tensor.name, ": it has ", tensor.parameter.size(),
              " values, but the optimizer's tensor ", i, " has ", kept);
    }
    const Exact apart = Exact(1.0) / transform.options().momentum - Exact(1.0);
    const auto rule = [factor = S(averaging ? apart[0] : -apart[0])](
                          const auto&, const auto&, auto& state) { return factor * state; };
    for (Index i = 0; i < parameters.size(); ++i) {
      const Memory<S> p = parameters[i].parameter;
      S* const state = optimizer.template state<ScheduleFree>(i).data();
      for (Index k = 0; k < p.outer && p.inner > 0; ++k) {
        S* const values = p.data + k * p.stride;
        const std::array<S*, 1> streams{state + k * p.inner};
        update_run<Subtract, S>(values, values, streams, p.inner, rule);
      }
    }
  }
  optimizer.replace(std::move(transform.set_averaging(averaging)));
}

}  // namespace detail

/// Turns the parameters of a schedule-free optimizer from y into the average x,
/// x = y − (1/β − 1)·(z − y), for an evaluation; called twice, it does nothing the second time.
/// `optimizer` is a chain with schedule_free() in it, or a ScheduleFreeSgd or ScheduleFreeAdamW,
/// and the list that of its steps; throws std::invalid_argument, with nothing changed, if it isn't.
///
///     et::to_average(optimizer, parameters);
///     evaluate();
///     et::to_training(optimizer, parameters);
template <Averaging Optimizer, class S>
void to_average(Optimizer& optimizer, Parameters<S>& parameters) {
  detail::move_between(optimizer, parameters, true);
}

/// Turns them back into y, which must be done before the next step. They come back up to one
/// rounding, as each way rounds: a run that was evaluated differs by that from one that wasn't.
template <Averaging Optimizer, class S>
void to_training(Optimizer& optimizer, Parameters<S>& parameters) {
  detail::move_between(optimizer, parameters, false);
}

}  // namespace eigentrain
