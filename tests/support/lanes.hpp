// SPDX-License-Identifier: MIT
// Runs a direction's rule on a register of one lane, without a chain: what a test of its formula
// needs, and quick to compile.
#pragma once

#include <cstdint>
#include <type_traits>

#include "eigentrain/core/chain.hpp"

namespace eigentrain::test {

/// The update u that a direction makes of a gradient, step after step:
///
///     Lanes<float, et::AdamDirection> update(et::adam_direction({}));
///     CHECK(update(3.0f) == Approx(1.0));
template <class S, class Direction>
class Lanes {
 public:
  using Lane = Packet<S, 1>;

  explicit Lanes(const Direction& direction) : direction_(direction) {}

  S operator()(std::type_identity_t<S> gradient, std::type_identity_t<S> p = S(0)) {
    const Step step{++count_, &powers_};
    S result = S(0);
    const auto use = [&](const auto& rule) {
      result = detail::apply(Lane(gradient), Lane(p), state_, rule)[0];
    };
    if constexpr (detail::Measuring<Direction>) {
      detail::with_choice(direction_.template at<S>(step, measured_), use);
    } else {
      detail::with_choice(direction_.template at<S>(step), use);
    }
    return result;
  }

  S state(int slot) const { return state_[slot][0]; }
  /// The next step will be number `count` + 1.
  void set_count(std::int64_t count) { count_ = count; }

 private:
  template <class T>
  struct MeasurementOf {
    struct type {};
  };
  template <detail::Measuring T>
  struct MeasurementOf<T> {
    using type = typename T::Measurement;
  };

  Direction direction_;
  typename MeasurementOf<Direction>::type measured_;
  Lane state_[detail::most_slots] = {S(0), S(0), S(0), S(0), S(0), S(0), S(0), S(0)};
  std::int64_t count_ = 0;
  detail::StepPowers powers_;
};

template <class S, class Direction>
Lanes<S, Direction> lanes(const Direction& direction) {
  return Lanes<S, Direction>(direction);
}

}  // namespace eigentrain::test
