// SPDX-License-Identifier: MIT
// What a chain shows a checkpoint of each of its transforms.
#pragma once

#include <limits>

#include "eigentrain/core/learning_rate.hpp"
#include "eigentrain/core/state.hpp"

namespace eigentrain::detail {

/// What the state of a transform is called: its `state_name`, if it has one.
template <class T>
constexpr std::string_view state_name() {
  if constexpr (requires { T::state_name; }) {
    return T::state_name;
  } else {
    return "transform";
  }
}

[[noreturn]] EIGENTRAIN_COLD inline void refuse_hidden_state() {
  fail({"a transform's Measurement has no visit_state(), so its optimizer can't be saved"});
}

/// A learning rate that is a number; NaN stands for a schedule, which is a function and has no
/// place in a file. Whether the one that was read is to be set.
template <class Visitor, class Rate>
EIGENTRAIN_COLD bool visit_rate(Visitor& visit, const Rate& rate, double& number) {
  const bool is_number = rate.is_number();
  number = is_number ? rate(0) : std::numeric_limits<double>::quiet_NaN();
  visit("learning_rate", number);
  const bool was_number = number == number;
  require(was_number || !is_number,
          "learning_rate: it was saved while a schedule gave it, and is a number now");
  return visit.loading() && was_number;
}

/// What slots are called; an empty name is memory that carries nothing from step to step. Numbers,
/// where a transform has no `slot_names`.
template <class T>
constexpr const std::string_view* slot_names() {
  if constexpr (requires { T::slot_names[0]; }) {
    return T::slot_names;
  } else {
    return nullptr;
  }
}

/// Shows `slots` streams from the first one on.
template <class Visitor, class S>
EIGENTRAIN_COLD void visit_slots(Visitor& visit, const Parameters<S>& list, State<S>& state,
                                 Index first, Index slots, const std::string_view* names) {
  for (Index i = 0; i < list.size() && slots > 0; ++i) {
    const typename Visitor::Group tensor(visit, list.name(i));
    for (Index k = 0; k < slots; ++k) {
      const char digit = static_cast<char>('0' + k);
      const std::string_view name = names == nullptr ? std::string_view(&digit, 1) : names[k];
      using Values = Eigen::Array<S, Eigen::Dynamic, 1>;
      S* const values = state.template of_tensor<Values>(i, first + k).data();
      if (!name.empty()) visit.like(list, i, name, values);
    }
  }
}

template <class Visitor, class List, class Measurement>
void visit_measurement(Visitor& visit, const List& list, Measurement& measured) {
  if constexpr (requires { measured.visit_state(visit, list); }) {
    measured.visit_state(visit, list);
  } else if constexpr (!std::is_empty_v<Measurement>) {
    refuse_hidden_state();
  }
}

/// Shows the state of one transform. Its values begin in stream `first`, and `number` counts the
/// transforms with its name up to it.
template <class Visitor, class S, class T>
EIGENTRAIN_COLD void visit_link(Visitor& visit, const Parameters<S>& list, State<S>& state,
                                Link<T>& link, Index first, int number) {
  const typename Visitor::Group transform(visit, state_name<T>(), number);
  visit_slots(visit, list, state, first, slots(link.transform), slot_names<T>());
  if constexpr (Rated<T> && requires { link.transform.rate().is_number(); }) {
    double rate;
    if (visit_rate(visit, link.transform.rate(), rate)) link.transform.set_rate(rate);
  }
  if constexpr (requires { link.transform.visit_state(visit); }) link.transform.visit_state(visit);
  if constexpr (Measuring<T>) visit_measurement(visit, list, link.measured);
}

// Whether there may be more to a transform than its options.
template <class T>
concept Stateful = Measuring<T> || Rated<T> || requires(T& transform) { transform.slots(); } ||
                   requires { T::slots; };

/// Shows the state of all transforms of a chain.
template <class Visitor, class S, class... T>
void visit_links(Visitor& visit, const Parameters<S>& list, State<S>& state, Link<T>&... links) {
  const std::string_view names[] = {state_name<T>()..., {}};
  Index first = 0;
  int i = -1;
  const auto show = [&]<class One>(Link<One>& link) {
    ++i;
    if constexpr (Stateful<One>) {
      int number = 1;
      for (int before = 0; before < i; ++before) number += names[before] == names[i];
      visit_link(visit, list, state, link, first, number);
      first += slots(link.transform);
    }
  };
  (show(links), ...);
}

}  // namespace eigentrain::detail
