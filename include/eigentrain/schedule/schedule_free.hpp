// SPDX-License-Identifier: MIT
// Averaging in place of a schedule: the last transform of the schedule-free optimizers.
#pragma once

#include <cstdint>

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/log.hpp"
#include "eigentrain/core/power.hpp"
#include "eigentrain/schedule/rate_at.hpp"

namespace eigentrain {

/// The options of schedule_free().
struct ScheduleFreeOptions {
  Schedule learning_rate = 2.5e-3;  ///< η ≥ 0; a number, as no schedule is needed
  double momentum = 0.9;  ///< β in (0, 1): where between z (0) and x (1) gradients are taken
  std::int64_t warmup_steps = 0;  ///< the rate rises linearly to η in so many steps, ≥ 0
  double r = 0.0;                 ///< step t weighs tʳ in the average, ≥ 0
  double weight_lr_power = 2.0;   ///< and the largest rate so far to this power, ≥ 0
};

namespace detail {

/// baseˣ for base, x ≥ 0; integer powers as products, and 0⁰ = 1.
template <class = void>
EIGENTRAIN_COLD Exact real_power(double base, double x) {
  const auto whole = x < 64.0 ? static_cast<std::int64_t>(x) : 0;
  if (static_cast<double>(whole) == x) return power(base, whole);
  return exp(Exact(x) * log(Exact(base)));
}

}  // namespace detail

/// The transform made by schedule_free().
class ScheduleFree {
 public:
  static constexpr std::string_view state_name = "schedule_free";
  static constexpr std::string_view slot_names[] = {"z_minus_y"};
  static constexpr int slots = 1;

  /// What it knows of the steps so far.
  struct Measurement {
    double rate = 0.0;          ///< of the last step
    double largest_rate = 0.0;  ///< so far
    double weight_sum = 0.0;    ///< of all steps
    double share = 0.0;         ///< c, what the last step weighs in the average

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List&) {
      visit("rate", rate);
      visit("largest_rate", largest_rate);
      visit("weight_sum", weight_sum);
      visit("share", share);
    }
  };

  explicit ScheduleFree(ScheduleFreeOptions options) : options_(std::move(options)) {
    constexpr const char* owner = "schedule_free";
    require_in({0.0, 1.0, true, true}, options_.momentum, owner, "momentum");
    require_at_least(0, options_.warmup_steps, owner, "warmup_steps");
    require_in(ranges::not_negative, options_.r, owner, "r");
    require_in(ranges::not_negative, options_.weight_lr_power, owner, "weight_lr_power");
  }

  const ScheduleFreeOptions& options() const { return options_; }
  const Schedule& rate() const { return options_.learning_rate; }
  void set_rate(Schedule rate) { options_.learning_rate = std::move(rate); }

  /// Whether to_average() has been called, and to_training() not yet.
  bool averaging() const { return averaging_; }
  /// For to_average() and to_training(): which of the two comes now.
  ScheduleFree& set_averaging(bool averaging) {
    averaging_ = averaging;
    return *this;
  }

  template <class Visitor>
  void visit_state(Visitor& visit) {
    visit("averaging", averaging_);
  }

  template <class Stream>
  void measure(const Stream&, const Step& step, Measurement& measured) const {
    weigh(step.count, measured);
  }

  template <class S>
  auto at(const Step&, const Measurement& measured) const {
    return per_tensor([rate = Exact(measured.rate), share = Exact(measured.share),
                       beta = Exact(options_.momentum)](const ParameterOptions& options) {
      const Exact own = rate * options.learning_rate_scale, one = 1.0;
      return [near = S((own * (one - beta * (one - share)))[0]), far = S((own * beta)[0]),
              c = S(share[0])](const auto& u, const auto&, auto& apart) {
        const auto further = apart - far * u;
        const auto moved = near * u - c * apart;
        apart = flush_subnormal(further - c * further);
        return moved;
      };
    });
  }

 private:
  template <class = void>
  EIGENTRAIN_NOINLINE void weigh(std::int64_t t, Measurement& measured) const {
    require(!averaging_, "schedule_free: the parameters are averages since to_average(); call ",
            "to_training() before the next step");
    Exact rate = detail::rate_at(options_.learning_rate, t - 1, "schedule_free");
    const double count = static_cast<double>(t);
    if (t <= options_.warmup_steps) {
      rate *= Exact(count) / static_cast<double>(options_.warmup_steps);
    }
    measured.rate = rate[0];
    if (rate[0] > measured.largest_rate) measured.largest_rate = rate[0];
    const Exact weight = detail::real_power(count, options_.r) *
                         detail::real_power(measured.largest_rate, options_.weight_lr_power);
    measured.weight_sum = (Exact(measured.weight_sum) + weight)[0];
    measured.share = weight[0] > 0.0 ? (weight / measured.weight_sum)[0] : 0.0;
  }

  ScheduleFreeOptions options_;
  bool averaging_ = false;
};

/// Three points in place of a falling learning rate: z makes the steps, x is the average of all z,
/// and gradients are taken between them, at y = (1 − β)·z + β·x, which is where the parameters
/// stand while they are trained:
///
///     z ← z − η·u(y)        c = w/Σw, w = tʳ·(largest η so far)^weight_lr_power
///     x ← (1 − c)·x + c·z   y ← (1 − β)·z + β·x
///
/// Stands last in a chain, in place of descend(), behind a direction without momentum of its own:
/// SGD is nothing, AdamW is corrected_rms_direction() and decay_weights(). For a loss, a checkpoint
/// to be deployed and the end of training, the parameters must become x:
///
///     auto optimizer = et::chain<float>(et::clip_by_global_norm(1.0), et::schedule_free({}));
///     for (...) optimizer.step(parameters);
///     et::to_average(optimizer, parameters);    // parameters are x; a step would throw
///     evaluate(...);
///     et::to_training(optimizer, parameters);   // and y again
///
/// State is z − y, one value a parameter, so that weights may be changed by hand or by a constraint
/// between steps, and z moves along; a batch norm's running statistics belong to y and must be
/// gathered again at x. A tensor's learning_rate_scale is a factor on η.
///
/// Throws std::invalid_argument for options out of range; a step throws it, with nothing changed,
/// after to_average() and when the schedule gives a rate that is negative or not finite. Defazio et
/// al., "The road less scheduled", 2024. As the authors' schedulefree package, which keeps z
/// itself; the difference is rounding. PyTorch has none; optax.contrib.schedule_free is similar.
inline ScheduleFree schedule_free(ScheduleFreeOptions options) {
  return ScheduleFree(std::move(options));
}

}  // namespace eigentrain
