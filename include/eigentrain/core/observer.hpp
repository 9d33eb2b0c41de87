// SPDX-License-Identifier: MIT
// Who looks on while a chain makes its step.
#pragma once

#include "eigentrain/core/link.hpp"
#include "eigentrain/core/update.hpp"

namespace eigentrain::detail {

/// An observer that is asked, when all has been measured, whether the step may change anything; if
/// not, it is skipped. Others watch the pass: see Monitor.
template <class T>
concept Gate = requires(T& observer) {
  { observer.admit() } -> std::same_as<bool>;
};

/// Stands where nobody watches a step.
struct NoObserver {
  static constexpr bool admit() { return true; }
};

template <class Observer>
bool admitted(Observer& observer) {
  if constexpr (Gate<Observer>) return observer.admit();
  return true;
}

/// The pass of a step, if it may be made.
template <class S, class Observer, class Pass>
Verdict make_pass(const Elements<S>& elements, const Step& step, Observer& observer,
                  const Pass& pass) {
  if constexpr (Gate<Observer>) {
    if (!observer.admit()) return Verdict::skip;
    update_runs(elements, pass);
  } else {
    observer.watch(elements, step, pass);
  }
  return Verdict::proceed;
}

}  // namespace eigentrain::detail
