// SPDX-License-Identifier: MIT
// The learning rate's place in a chain.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/schedule/schedule.hpp"

namespace eigentrain {

/// The transform made by descend().
class Descend {
 public:
  static constexpr std::string_view state_name = "descend";

  explicit Descend(const Schedule& rate) : rate_(rate) {}

  const Schedule& rate() const { return rate_; }
  void set_rate(Schedule rate) { rate_ = std::move(rate); }

  template <class S>
  auto at(const Step& step) const {
    const double rate = rate_.at(step.index());
    require(ranges::not_negative.contains(rate),
            "descend: the learning rate must be in [0, inf), but the schedule gives ", rate,
            " at step ", step.index());
    return per_tensor([rate](const ParameterOptions& options) {
      const Exact scaled = Exact(rate) * options.learning_rate_scale;
      return [factor = S(scaled[0])](const auto& u, const auto&) { return factor * u; };
    });
  }

 private:
  Schedule rate_;
};

/// Multiplies the direction by the learning rate, as the last transform of a chain, which subtracts
/// the result: p ← p − η(t)·u. `rate` is a number or a schedule, asked once a step, from step 0 on;
/// a tensor's learning_rate_scale is a further factor.
///
///     auto optimizer = et::chain<float>(et::adam_direction({}),
///                                       et::descend(et::cosine_decay({.initial = 1e-3,
///                                                                     .steps = 10'000})));
///
/// A step throws std::invalid_argument, with nothing changed, when the schedule gives a rate that
/// is negative or not finite.
inline Descend descend(const Schedule& rate) {
  return Descend(rate);
}

}  // namespace eigentrain
