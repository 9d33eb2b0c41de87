// SPDX-License-Identifier: MIT
// What a chain asks of its transforms, and what it keeps of each.
#pragma once

#include <concepts>
#include <cstdint>

#include "eigentrain/core/check.hpp"
#include "eigentrain/core/memory.hpp"
#include "eigentrain/core/step.hpp"

namespace eigentrain {

/// What becomes of a step, as a transform with a statistic sees it.
enum class Verdict {
  proceed,  ///< it goes on
  gather,   ///< it ends behind this transform, which takes the update into its own state
  skip      ///< it ends with nothing changed but this transform's measurement
};

namespace detail {

// A transform with a statistic declares the type of what it measures.
template <class T>
concept Measuring = requires { typename T::Measurement; };

template <class T>
concept Judging = requires(const T& transform, const typename T::Measurement& measured) {
  { transform.verdict(measured) } -> std::same_as<Verdict>;
};

// A transform's place in a chain. The measurement of a step becomes `measured` when the step is
// done.
template <class T>
struct Link {
  T transform;
  void begin() {}
  void keep() {}
};
template <Measuring T>
struct Link<T> {
  T transform;
  typename T::Measurement measured{}, pending{};
  void begin() { pending = measured; }
  void keep() { measured = pending; }
};

/// Lets a transform measure; one whose measure() takes the step, before the measurement, is told
/// about it.
template <class Stream, class T, class Measurement>
void measure(const Stream& stream, const Step& step, const T& transform, Measurement& measured) {
  if constexpr (requires { transform.measure(stream, step, measured); }) {
    transform.measure(stream, step, measured);
  } else {
    transform.measure(stream, measured);
  }
}

template <class T, class S>
concept Transform = Measuring<T> || requires(const T& transform, const Step& step) {
  transform.template at<S>(step);
};

template <class T>
Index slots(const T& transform) {
  if constexpr (requires { transform.slots(); }) {
    return transform.slots();
  } else if constexpr (requires { T::slots; }) {
    return T::slots;
  } else {
    return 0;
  }
}

/// As many slots as a T always has, whatever its options are.
template <class T>
constexpr Index fixed_slots() {
  if constexpr (requires(const T& transform) { transform.slots(); }) {
    return 0;
  } else if constexpr (requires { T::slots; }) {
    return T::slots;
  } else {
    return 0;
  }
}

/// The state values of all transforms before this link.
inline Index slots_before(const void*) {
  return 0;
}
template <class First, class... Rest>
Index slots_before(const void* wanted, const First& first, const Rest&... rest) {
  return wanted == &first ? 0 : slots(first.transform) + slots_before(wanted, rest...);
}

EIGENTRAIN_NOINLINE inline void check_slot(Index slot, Index declared) {
  require(slot >= 0 && slot < declared, "state: slot must be in [0, ", declared, "), got ", slot);
}

EIGENTRAIN_NOINLINE inline void check_replacement(Index before, Index now) {
  require(before == now, "replace: the transform in place keeps ", before,
          " state values and the new one ", now);
}

[[noreturn]] EIGENTRAIN_COLD inline void refuse_rule(Index wanted, Index declared) {
  fail({"chain: a rule takes ", wanted, " state values, but its transform declares ", declared,
        " slots"});
}

/// Throws unless a rule that takes `Wanted` state values finds them in its transform's slots; most
/// types rule it out, and then there is nothing to compile.
template <class T, Index Wanted>
EIGENTRAIN_INLINE void check_rule(Index declared) {
  if constexpr (Wanted > fixed_slots<T>()) {
    if (Wanted > declared) refuse_rule(Wanted, declared);
  }
}

}  // namespace detail

}  // namespace eigentrain
