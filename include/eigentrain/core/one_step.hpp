// SPDX-License-Identifier: MIT
// One step of a chain while it is made: rule after rule, and then the pass with all of them.
#pragma once

#include "eigentrain/core/chain_state.hpp"
#include "eigentrain/core/observer.hpp"
#include "eigentrain/core/update_stream.hpp"

namespace eigentrain::detail {

/// What a step needs of its chain, and who looks on.
template <class S, class Observer, class... Transforms>
struct OneStep {
  List<Link<Transforms>...>& links;
  State<S>& state;
  Elements<S>& elements;
  const Step step;
  Observer& observer;
  S** streams;  // of the state, for the rules so far

  /// Makes the rules behind these, measuring where asked, and then the pass. The state of the next
  /// transform begins at stream `first`.
  template <class... Rules>
  Verdict advance(Index first, const Rules&... rules) {
    if constexpr (sizeof...(Rules) == sizeof...(Transforms)) {
      return make_pass(elements, step, observer, pass_of<Subtract>(elements, streams, rules...));
    } else {
      auto& link = item<sizeof...(Rules)>(links);
      using Transform = std::remove_cvref_t<decltype(link.transform)>;
      const Index declared = slots(link.transform);
      constexpr int taken = total_arity<S, Rules...>;
      for (Index k = 0; k < declared; ++k) streams[taken + k] = state.stream(first + k);
      if constexpr (Measuring<Transform>) {
        measure(UpdateStream<S, Rules...>(elements, streams, rules...), step, link.transform,
                link.pending);
        if constexpr (Judging<Transform>) {
          const Verdict verdict = link.transform.verdict(link.pending);
          if (verdict == Verdict::skip) link.keep();
          if constexpr (requires { link.transform.template gather<S>(link.pending); }) {
            if (verdict == Verdict::gather) {
              if (!admitted(observer)) return Verdict::skip;
              const auto next = link.transform.template gather<S>(link.pending);
              check_rule<Transform, total_arity<S, decltype(next)>>(declared);
              update<Keep>(elements, streams, rules..., next);
            }
          }
          if (verdict != Verdict::proceed) return verdict;
        }
        return go_on<Transform>(link.transform.template at<S>(step, link.pending), first, declared,
                                rules...);
      } else {
        return go_on<Transform>(link.transform.template at<S>(step), first, declared, rules...);
      }
    }
  }

  /// With the rule of a transform that declares so many state values, or one of two. Not by
  /// with_choice(), for which every rule would need a function object of its own.
  template <class Transform, class Next, class... Rules>
  Verdict go_on(const Next& next, Index first, Index declared, const Rules&... rules) {
    if constexpr (is_either<Next>) {
      return next.use_first ? go_on<Transform>(next.first, first, declared, rules...)
                            : go_on<Transform>(next.second, first, declared, rules...);
    } else {
      check_rule<Transform, total_arity<S, Next>>(declared);
      return advance(first + declared, rules..., next);
    }
  }
};

}  // namespace eigentrain::detail
