// SPDX-License-Identifier: MIT
// Who looks on while a chain makes its step.
#pragma once

#include "eigentrain/core/link.hpp"
#include "eigentrain/core/update.hpp"

namespace eigentrain::detail {

/// An observer that is asked, when all has been measured, whether the step may change anything; if
/// not, it is skipped. Others watch the pass: see Monitor. One that does both, because it stands
/// for a watcher behind it, says so by `watches`, and is asked with the pass, which it makes.
template <class T>
concept Gate = requires(T& observer) {
  { observer.admit() } -> std::same_as<bool>;
};

/// Stands where nobody watches a step.
struct NoObserver {
  static constexpr bool admit() { return true; }
};

template <class Observer>
constexpr bool watches() {
  if constexpr (requires { Observer::watches; }) {
    return Observer::watches;
  } else {
    return !Gate<Observer>;
  }
}

template <class Observer>
bool admitted(Observer& observer) {
  if constexpr (Gate<Observer>) return observer.admit();
  return true;
}

/// The pass of a step, if it may be made.
template <class S, class Observer, class Pass>
Verdict make_pass(const Elements<S>& elements, const Step& step, Observer& observer,
                  const Pass& pass) {
  if constexpr (!Gate<Observer>) {
    observer.watch(elements, step, pass);
  } else if constexpr (watches<Observer>()) {
    if (!observer.admit(elements, pass)) return Verdict::skip;
  } else {
    if (!observer.admit()) return Verdict::skip;
    update_runs(elements, pass);
  }
  return Verdict::proceed;
}

/// A pass over a step's runs, whatever its rules are.
template <class S>
struct AnyPass {
  const void* pass = nullptr;
  void (*run)(const void*, const Tensor<S>&, const Run<S>&) = nullptr;
  void operator()(const Tensor<S>& tensor, const Run<S>& part) const { run(pass, tensor, part); }
};

template <class S, class Pass>
AnyPass<S> any_pass(const Pass& pass) {
  return {&pass, [](const void* rules, const Tensor<S>& tensor, const Run<S>& run) {
            (*static_cast<const Pass*>(rules))(tensor, run);
          }};
}

}  // namespace eigentrain::detail
