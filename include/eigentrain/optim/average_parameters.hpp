// SPDX-License-Identifier: MIT
// Averages of the parameters over the steps of a training: exponential, or with equal weights.
#pragma once

#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/exp.hpp"
#include "eigentrain/core/joined.hpp"
#include "eigentrain/core/log.hpp"

namespace eigentrain {

/// What an exponential average is before it has averaged.
enum class EmaStart {
  first_update,  ///< the parameters after the first step: PyTorch's AveragedModel
  initial,       ///< those before it: Keras
  debiased       ///< zero, corrected by 1 − dᵗ as Adam's moments are: Optax
};

/// How the decay of an exponential average grows, with t = 0 in the first step.
enum class EmaWarmup {
  none,
  ramp,  ///< min(d, (1 + t)/(10 + t)): TensorFlow's num_updates
  power  ///< min(d, 1 − (1 + t/γ)^−p)
};

/// The options of ema_parameters().
struct EmaOptions {
  double decay = 0.999;                     ///< d in [0, 1)
  EmaStart start = EmaStart::first_update;  ///< what it is at first
  EmaWarmup warmup = EmaWarmup::none;       ///< for an average that isn't debiased
  double inverse_gamma = 1.0;               ///< γ > 0 of the power warm-up
  double power = 2.0 / 3.0;                 ///< p > 0: 2/3 for a million steps, 3/4 for fewer
};

/// The options of average_parameters().
struct AverageOptions {
  std::int64_t start = 0;  ///< ≥ 0: the first step, counted from 0, after which weights count
  std::int64_t every = 1;  ///< ≥ 1: and from then on those after every how many steps
};

namespace detail {

/// a ← a + w·(θ − a) where θ is what the parameter becomes; θ itself where w is 1.
template <class S>
auto take_average(double weight, const Joined& joined) {
  return per_tensor([w = S(weight), &joined](const Tensor<S>& tensor) {
    return [w, begins = S(joined.now(tensor.number))](const auto& u, const auto& p, auto& average) {
      using P = std::remove_cvref_t<decltype(p)>;
      const P next = p - u;
      const P from = select(P(begins) > P(S(0)), p, average);
      average = flush_subnormal(select(P(w) < P(S(1)), from + w * (next - from), next));
      return u;
    };
  });
}

}  // namespace detail

/// The transform made by ema_parameters().
class EmaParameters {
 public:
  static constexpr std::string_view state_name = "ema_parameters";
  static constexpr std::string_view slot_names[] = {"average"};
  static constexpr int slots = 1;
  /// The state slot that holds what may stand in for the parameters.
  static constexpr int parameter_slot = 0;
  /// Which tensors have an average already.
  using Measurement = detail::Joined;

  template <std::same_as<EmaOptions> Options = EmaOptions>
  explicit EmaParameters(const Options& options) : options_(options) {
    constexpr const char* owner = "ema_parameters";
    require_in(ranges::fraction_below_one, options.decay, owner, "decay");
    require_in(ranges::positive, options.inverse_gamma, owner, "inverse_gamma");
    require_in(ranges::positive, options.power, owner, "power");
    require(options.start != EmaStart::debiased || options.warmup == EmaWarmup::none, owner,
            ": a debiased average has no warm-up; its first weights are large anyway");
  }

  const EmaOptions& options() const { return options_; }

  /// The weight of the newest parameters in a step.
  template <std::same_as<Step> T = Step>
  double weight(const T& step) const {
    const Exact one = 1.0, newest = one - options_.decay, t = static_cast<double>(step.index());
    if (options_.start == EmaStart::debiased) {
      return (newest / (one - step.power(options_.decay)))[0];
    }
    if (options_.start == EmaStart::first_update && step.count == 1) return 1.0;
    Exact least = 0.0;
    if (options_.warmup == EmaWarmup::ramp) least = Exact(9.0) / (Exact(10.0) + t);
    if (options_.warmup == EmaWarmup::power) {
      least = exp(Exact(-options_.power) * log(one + t / options_.inverse_gamma));
    }
    return max(newest, least)[0];
  }

  template <class Stream>
  void measure(const Stream& stream, Measurement& joined) const {
    joined.take(stream);
  }

  template <class S>
  auto at(const Step& step, const Measurement& joined) const {
    return detail::take_average<S>(weight(step), joined);
  }

 private:
  EmaOptions options_;
};

/// The transform made by average_parameters().
class AverageParameters {
 public:
  static constexpr std::string_view state_name = "average_parameters";
  static constexpr std::string_view slot_names[] = {"average"};
  static constexpr int slots = 1;
  /// The state slot that holds what may stand in for the parameters.
  static constexpr int parameter_slot = 0;
  /// Which tensors have an average already.
  using Measurement = detail::Joined;

  template <std::same_as<AverageOptions> Options = AverageOptions>
  explicit AverageParameters(const Options& options) : options_(options) {
    require_at_least(0, options.start, "average_parameters", "start");
    require_at_least(1, options.every, "average_parameters", "every");
  }

  const AverageOptions& options() const { return options_; }

  template <class Stream>
  void measure(const Stream& stream, Measurement& joined) const {
    joined.take(stream);
  }

  template <class S>
  auto at(const Step& step, const Measurement& joined) const {
    const std::int64_t since = step.index() - options_.start;
    const bool due = since >= 0 && since % options_.every == 0;
    const Exact weight = Exact(1.0) / static_cast<double>(due ? since / options_.every + 1 : 1);
    // A tensor's average begins with the tensor, whenever that is.
    const auto begin = detail::take_average<S>(0.0, joined);
    const auto none = [](const auto& u, const auto&) { return u; };
    return either(due || joined.any_now(), due ? detail::take_average<S>(weight[0], joined) : begin,
                  none);
  }

 private:
  AverageOptions options_;
};

/// An exponential average of the parameters, as the last transform of a chain: the steps stay what
/// they are, and beside them
///
///     a ← d·a + (1 − d)·θ      with θ after the step
///
///     auto optimizer = et::chain<float>(et::adamw({}), et::ema_parameters({.decay = 0.9999}));
///     ...
///     et::with_averages(optimizer, parameters, [&] { evaluate(); });
///
/// The decay grows to d by `warmup`. An average is one value a parameter. It needs no correction
/// when read, debiased or not: then w in a + w·(θ − a) is (1 − d)/(1 − dᵗ) with t from 1 on. A
/// tensor that was frozen begins with the value that it had. Batch normalization keeps averages of
/// its own; refresh_statistics() makes them fit.
///
/// Throws std::invalid_argument for options out of range, and for a debiased average with warm-up.
/// Polyak & Juditsky, "Acceleration of stochastic approximation by averaging", 1992. PyTorch:
/// swa_utils.AveragedModel with the usual avg_fn; Keras: use_ema with EmaStart::initial; Optax:
/// optax.ema on the parameters, whose debias is EmaStart::debiased.
inline EmaParameters ema_parameters(const EmaOptions& options = {}) {
  return EmaParameters(options);
}

/// Stochastic weight averaging, as the last transform of a chain: the mean of the parameters after
/// the steps start, start + every, start + 2·every, … (counted from 0, as by schedules):
///
///     a ← a + (θ − a)/n      with n of them so far
///
///     // the lowest points of a cyclic learning rate with period 500, from the tenth cycle on
///     auto optimizer = et::chain<float>(et::sgd({.learning_rate = cyclic}),
///                                       et::average_parameters({.start = 4'999, .every = 500}));
///
/// Takes one value a parameter. Before the step `start`, the average is what the parameters were
/// before their first step. Throws std::invalid_argument for options out of range. Izmailov,
/// Podoprikhin, Garipov, Vetrov & Wilson, "Averaging weights leads to wider optima and better
/// generalization", 2018, who average from the initial, pretrained weights on. As
/// torch.optim.swa_utils.AveragedModel.
inline AverageParameters average_parameters(const AverageOptions& options = {}) {
  return AverageParameters(options);
}

}  // namespace eigentrain
