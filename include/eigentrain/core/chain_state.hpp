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
/// place in a file.
template <class Visitor, class T>
void visit_rate(Visitor& visit, T& transform) {
  const bool is_number = transform.rate().is_number();
  double rate = is_number ? transform.rate()(0) : std::numeric_limits<double>::quiet_NaN();
  visit("learning_rate", rate);
  if (!visit.loading()) return;
  const bool was_number = rate == rate;
  require(was_number || !is_number,
          "learning_rate: it was saved while a schedule gave it, and is a number now");
  if (was_number) transform.set_rate(rate);
}

/// What slot k of a transform is called: as in its `slot_names`, where an empty name is memory that
/// carries nothing from step to step; else its number.
template <class T>
std::string_view slot_name(Index k) {
  constexpr std::string_view digits = "0123456789";
  if constexpr (requires { T::slot_names[0]; }) {
    return T::slot_names[k];
  } else {
    return digits.substr(static_cast<std::size_t>(k), 1);
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
void visit_link(Visitor& visit, const Parameters<S>& list, State<S>& state, Link<T>& link,
                Index first, int number) {
  const typename Visitor::Group transform(visit, state_name<T>(), number);
  for (Index i = 0; i < list.size() && slots(link.transform) > 0; ++i) {
    const typename Visitor::Group tensor(visit, list.name(i));
    for (Index k = 0; k < slots(link.transform); ++k) {
      const std::string_view name = slot_name<T>(k);
      using Values = Eigen::Array<S, Eigen::Dynamic, 1>;
      S* const values = state.template of_tensor<Values>(i, first + k).data();
      if (!name.empty()) visit.like(list, i, name, values);
    }
  }
  if constexpr (requires { link.transform.rate().is_number(); }) visit_rate(visit, link.transform);
  if constexpr (requires { link.transform.visit_state(visit); }) link.transform.visit_state(visit);
  if constexpr (Measuring<T>) visit_measurement(visit, list, link.measured);
}

/// Shows the state of all transforms of a chain.
template <class Visitor, class S, class... T>
void visit_links(Visitor& visit, const Parameters<S>& list, State<S>& state, Link<T>&... links) {
  const std::string_view names[] = {state_name<T>()..., {}};
  Index first = 0;
  int i = 0;
  const auto show = [&](auto& link) {
    int number = 1;
    for (int before = 0; before < i; ++before) number += names[before] == names[i];
    ++i;
    visit_link(visit, list, state, link, first, number);
    first += slots(link.transform);
  };
  (show(links), ...);
}

}  // namespace eigentrain::detail
