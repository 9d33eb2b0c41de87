// SPDX-License-Identifier: MIT
// A step size that finds itself: the last transform of Prodigy.
#pragma once

#include <cstdint>

#include "eigentrain/core/buffer.hpp"
#include "eigentrain/core/chain.hpp"
#include "eigentrain/core/power.hpp"
#include "eigentrain/schedule/rate_at.hpp"

namespace eigentrain {

/// The options of prodigy_descent().
struct ProdigyOptions {
  Schedule learning_rate = 1.0;           ///< η ≥ 0, a factor on the rate that is found
  double beta1 = 0.9;                     ///< decay of the first moment, in [0, 1)
  double beta2 = 0.999;                   ///< decay of the second moment, in [0, 1)
  double beta3 = -1.0;                    ///< decay of the estimate's sums, in [0, 1); −1 for √β₂
  double epsilon = 1e-8;                  ///< > 0
  double weight_decay = 0.0;              ///< λ ≥ 0, decoupled
  double d0 = 1e-6;                       ///< the first estimate, > 0
  double d_coef = 1.0;                    ///< a factor on estimates, > 0: what to tune, if anything
  double growth_rate = ranges::infinity;  ///< at most, for d in a step, after the first, ≥ 1
  bool bias_correction = false;           ///< Adam's, as one factor on the rate
  bool safeguard_warmup = false;          ///< take η out of the denominator, for long warm-ups
};

/// The transform made by prodigy_descent().
class ProdigyDescent {
 public:
  static constexpr std::string_view state_name = "prodigy";
  static constexpr std::string_view slot_names[] = {"s", "p0", "exp_avg", "exp_avg_sq"};
  static constexpr int slots = 4;

  /// What it knows of the distance, and of the last step.
  struct Measurement {
    double d = 0.0;              ///< the estimate of the distance, which is the rate over η
    double d_max = 0.0;          ///< the largest one so far
    double numerator = 0.0;      ///< of the estimate, after the last step
    double denominator = 0.0;    ///< and its other sum
    double d_before = 0.0;       ///< before the last step
    double rate = 0.0;           ///< in the last step: d·η, times the correction
    std::int64_t corrected = 0;  ///< steps with a bias correction
    detail::Buffer<char> seen;   ///< by number of a tensor: 0 never, 1 in this step first, 2 before

    template <class Visitor, class List>
    void visit_state(Visitor& visit, const List& list) {
      visit("d", d);
      visit("d_max", d_max);
      visit("numerator", numerator);
      visit("denominator", denominator);
      visit("corrected", corrected);
      require_count(corrected, "prodigy_descent", "corrected");
      seen.resize(static_cast<std::size_t>(list.size()));
      visit("seen", reinterpret_cast<unsigned char*>(seen.data()), seen.size());
      for (const char stage : seen) require(stage >= 0 && stage <= 2, "seen: must be 0, 1 or 2");
    }
  };

  explicit ProdigyDescent(ProdigyOptions options) : options_(std::move(options)) {
    constexpr const char* owner = "prodigy_descent";
    double& beta3 = options_.beta3;
    if (beta3 == -1.0) beta3 = sqrt(Exact(options_.beta2))[0];
    require_in(ranges::fraction_below_one, options_.beta1, owner, "beta1");
    require_in(ranges::fraction_below_one, options_.beta2, owner, "beta2");
    require_in(ranges::fraction_below_one, beta3, owner, "beta3");
    require_in(ranges::positive, options_.epsilon, owner, "epsilon");
    require_in(ranges::not_negative, options_.weight_decay, owner, "weight_decay");
    require_in(ranges::positive, options_.d0, owner, "d0");
    require_in(ranges::positive, options_.d_coef, owner, "d_coef");
    require_in({1.0, ranges::infinity}, options_.growth_rate, owner, "growth_rate");
  }

  const ProdigyOptions& options() const { return options_; }
  const Schedule& rate() const { return options_.learning_rate; }
  void set_rate(Schedule rate) { options_.learning_rate = std::move(rate); }

  template <class Stream>
  void measure(const Stream& stream, const Step& step, Measurement& measured) const {
    using S = typename Stream::Scalar;
    begin(step.index(), measured);
    measured.seen.resize(stream.tensors());
    stream.for_each_tensor([&](const Tensor<S>& tensor, const auto&) {
      char& seen = measured.seen[static_cast<std::size_t>(tensor.number)];
      seen = seen == 0 ? 1 : 2;
    });
    if (measured.rate == 0.0) return;
    const auto travelled = per_tensor([seen = measured.seen.data()](const Tensor<S>& tensor) {
      return
          [fresh = S(seen[tensor.number] == 1)](const auto& g, const auto& p, auto&, auto& origin) {
            return g * (origin + fresh * p - p);
          };
    });
    const auto weighed = [b3 = S(options_.beta3), gain = S(gain(measured)[0])](
                             const auto& g, const auto&, auto& s) { return b3 * s + gain * g; };
    estimate(measured, stream.after(travelled).sum([](const auto& u, const auto&) { return u; }),
             stream.after(weighed).sum([](const auto& u, const auto&) { return abs(u); }));
  }

  template <class S>
  auto at(const Step&, const Measurement& measured) const {
    const ProdigyOptions& o = options_;
    const bool moves = measured.rate > 0.0;  // a rate of 0 leaves all as it is
    const auto share = [moves](double beta) { return S(moves ? 1.0 - beta : 0.0); };
    const auto decay = [moves](double beta) { return S(moves ? beta : 1.0); };
    return per_tensor([b1 = decay(o.beta1), a1 = share(o.beta1), b2 = decay(o.beta2),
                       a2 = share(o.beta2), b3 = decay(o.beta3), gain = S(gain(measured)[0]),
                       d = S(measured.d_before), rate = measured.rate, lambda = o.weight_decay,
                       margin = S((Exact(measured.d) * o.epsilon)[0]),
                       seen = measured.seen.data()](const Tensor<S>& tensor) {
      const ParameterOptions& own = *tensor.options;
      return [=, factor = S((Exact(rate) * own.learning_rate_scale)[0]),
              fresh = S(seen[tensor.number] == 1), shrink = S(own.weight_decay ? lambda : 0.0)](
                 const auto& g, const auto& p, auto& s, auto& origin, auto& m, auto& v) {
        const auto scaled = d * g;
        s = flush_subnormal(b3 * s + gain * g);
        origin = origin + fresh * p;
        m = flush_subnormal(b1 * m + a1 * scaled);
        v = flush_subnormal(b2 * v + (a2 * scaled) * scaled);
        return factor * (m / (sqrt(v) + margin) + shrink * p);
      };
    });
  }

 private:
  // The rate of this step, which is still that of the last estimate.
  EIGENTRAIN_NOINLINE void begin(std::int64_t index, Measurement& measured) const {
    if (measured.d == 0.0) measured.d = measured.d_max = options_.d0;
    const Exact one = 1.0;
    Exact rate =
        Exact(measured.d) * detail::rate_at(options_.learning_rate, index, "prodigy_descent");
    if (options_.bias_correction) {
      const std::int64_t t = measured.corrected + 1;
      rate *= sqrt(one - power(options_.beta2, t)) / (one - power(options_.beta1, t));
    }
    measured.d_before = measured.d;
    measured.rate = rate[0];
  }

  // What a gradient weighs in s.
  Exact gain(const Measurement& measured) const {
    const Exact before = measured.d_before;
    if (measured.rate == 0.0) return 0.0;
    return before / options_.d0 * (options_.safeguard_warmup ? before : Exact(measured.rate));
  }

  EIGENTRAIN_NOINLINE void estimate(Measurement& measured, double along, double length) const {
    measured.denominator = length;
    if (length == 0.0) return;  // no gradient yet
    ++measured.corrected;
    const Exact before = measured.d_before;
    const Exact numerator =
        Exact(options_.beta3) * measured.numerator + before / options_.d0 * measured.rate * along;
    measured.numerator = numerator[0];
    const double hat = (Exact(options_.d_coef) * numerator / length)[0];
    double d = measured.d;
    if (d == options_.d0 && hat > d) d = hat;
    if (hat > measured.d_max) measured.d_max = hat;
    const double most = (Exact(d) * options_.growth_rate)[0];
    measured.d = most < measured.d_max ? most : measured.d_max;
  }

  ProdigyOptions options_;
};

/// Adam with a rate that grows to what the problem needs: an estimate d of the distance from the
/// starting point p₀ to the solution, from how far the way so far has followed the gradients:
///
///     m ← β₁·m + (1 − β₁)·d·g          v ← β₂·v + (1 − β₂)·d²·g²
///     a ← β₃·a + d/d₀·η·d·⟨g, p₀ − p⟩   s ← β₃·s + d/d₀·η·d·g
///     d' = max(d, d_coef·a / ‖s‖₁)      p ← p − η·d·(m/(√v + d'·ε) + λ·p)
///
/// over all tensors at once; d' is the next step's d. State is s, p₀, m and v, four values a
/// parameter, and the scalars a and d, which measured<>() shows:
///
///     auto optimizer = et::chain<float>(et::prodigy_descent({}));
///     optimizer.measured<et::ProdigyDescent>().d;
///
/// Stands last in a chain, and needs two more looks at all elements a step for its sums. η = 1
/// is meant, or a schedule that falls from 1. A step of rate 0 changes nothing. A tensor's
/// learning_rate_scale is a factor on its steps, not in the estimate, and one that was frozen has
/// its p₀ where it thaws. A gradient that isn't finite spoils the estimate for good: put
/// clip_by_global_norm() first, which refuses it.
///
/// Throws std::invalid_argument for options out of range; a step throws it, with nothing changed,
/// when the schedule gives a rate that is negative or not finite. Mishchenko & Defazio, "Prodigy:
/// an expeditiously adaptive parameter-free learner", 2023. As the authors' prodigyopt with
/// slice_p = 1, but that decay begins at once, and theirs with the first gradient that isn't zero.
/// Its decouple = False is add_decay(λ) in front.
inline ProdigyDescent prodigy_descent(ProdigyOptions options) {
  return ProdigyDescent(std::move(options));
}

}  // namespace eigentrain
