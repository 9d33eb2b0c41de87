// SPDX-License-Identifier: MIT
// The defaults are a promise, too: a program that leaves an option out means the one of the page.
#include "eigentrain/eigentrain.hpp"

#include <initializer_list>
#include <vector>

#include "support/catch.hpp"

using namespace eigentrain;

namespace {

// An option as a number: a rate is that of the first step.
struct Number {
  double value;
  Number(double option) : value(option) {}
  Number(bool option) : value(option) {}
  Number(int option) : value(option) {}
  Number(std::int64_t option) : value(static_cast<double>(option)) {}
  Number(const Schedule& rate) : value(rate(0)) {}
};
std::vector<double> all(std::initializer_list<Number> options) {
  std::vector<double> values;
  for (const Number& option : options) values.push_back(option.value);
  return values;
}

}  // namespace

TEST_CASE("the defaults of the options in core") {
  {
    const NewtonSchulzOptions o;
    CHECK(all({o.a, o.b, o.c, o.rounds, o.epsilon}) == all({3.4445, -4.7750, 2.0315, 5, 1e-7}));
  }
  {
    const ParameterOptions o;
    CHECK(all({o.weight_decay, o.learning_rate_scale, o.frozen}) == all({true, 1.0, false}));
  }
}

TEST_CASE("the defaults of the options in direction") {
  {
    const AdaBeliefDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.epsilon, o.rectify}) == all({0.9, 0.999, 1e-16, false}));
  }
  {
    const AdaDeltaDirectionOptions o;
    CHECK(all({o.rho, o.epsilon}) == all({0.9, 1e-6}));
  }
  {
    const AdafactorDirectionOptions o;
    CHECK(all({o.beta2_decay, o.epsilon1, o.epsilon2, o.clip, o.scale_parameter,
               o.paper_epsilon}) == all({-0.8, 0.0, 1e-3, 1.0, true, false}));
  }
  {
    const AdaGradDirectionOptions o;
    CHECK(all({o.learning_rate_decay, o.initial_accumulator_value, o.epsilon,
               o.epsilon_inside_root}) == all({0.0, 0.0, 1e-10, false}));
  }
  {
    const AdamDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.epsilon, o.epsilon_hat, o.bias_correction}) ==
          all({0.9, 0.999, 1e-8, false, true}));
  }
  {
    const AdamRootDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.epsilon, o.epsilon_root}) == all({0.9, 0.999, 1e-8, 1e-8}));
  }
  {
    const AdaMaxDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.epsilon, o.epsilon_at_divisor}) ==
          all({0.9, 0.999, 1e-8, false}));
  }
  {
    const AdanDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.beta3, o.epsilon}) == all({0.98, 0.92, 0.99, 1e-8}));
  }
  {
    const CorrectedRmsDirectionOptions o;
    CHECK(all({o.beta, o.epsilon}) == all({0.999, 1e-8}));
  }
  {
    const LionDirectionOptions o;
    CHECK(all({o.beta1, o.beta2}) == all({0.9, 0.99}));
  }
  {
    const MomentumOptions o;
    CHECK(all({o.momentum, o.dampening, o.nesterov}) == all({0.9, 0.0, false}));
  }
  {
    const MuonDirectionOptions o;
    CHECK(all({o.momentum, o.nesterov, int(o.scale)}) == all({0.95, true, int(MuonScale::shape)}));
  }
  {
    const NAdamDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.epsilon, o.momentum_decay}) == all({0.9, 0.999, 1e-8, 4e-3}));
  }
  {
    const RAdamDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.epsilon, o.epsilon_hat, o.threshold}) ==
          all({0.9, 0.999, 1e-8, true, 5.0}));
  }
  {
    const RmsDirectionOptions o;
    CHECK(all({o.alpha, o.epsilon, o.centered, o.epsilon_inside_root}) ==
          all({0.99, 1e-8, false, false}));
  }
  {
    const RpropDirectionOptions o;
    CHECK(all({o.initial_step, o.eta_minus, o.eta_plus, o.min_step, o.max_step}) ==
          all({1e-2, 0.5, 1.2, 1e-6, 50.0}));
  }
  {
    const SignDirectionOptions o;
    CHECK(all({o.momentum}) == all({0.9}));
  }
  {
    const TrustRatioOptions o;
    CHECK(all({o.coefficient, o.weight_decay, o.epsilon, o.least_weight, o.most_weight,
               o.most_ratio, o.only_decayed}) ==
          all({1.0, 0.0, 0.0, 0.0, ranges::infinity, ranges::infinity, false}));
  }
  {
    const YogiDirectionOptions o;
    CHECK(all({o.beta1, o.beta2, o.epsilon, o.initial, o.bias_correction}) ==
          all({0.9, 0.999, 1e-3, 1e-6, true}));
  }
}

TEST_CASE("the defaults of the options in gradient") {
  {
    const NoiseOptions o;
    CHECK(all({o.eta, o.gamma}) == all({0.01, 0.55}));
  }
  {
    const AdaptiveClipOptions o;
    CHECK(all({o.clipping, o.least_weight}) == all({0.01, 1e-3}));
  }
  {
    const ClipNormOptions o;
    CHECK(all({o.order}) == all({2.0}));
  }
  {
    const DiagnosisOptions o;
    CHECK(all({o.exploding, o.growing, o.vanishing, o.dead, o.slow, o.fast, o.least_weight,
               o.least}) == all({10.0, 1e3, 1e-3, 0.9, 1e-5, 0.1, 0.02, 16}));
  }
  {
    const ElasticNetOptions o;
    CHECK(all({o.strength, o.l1_ratio}) == all({1e-4, 0.5}));
  }
  {
    const GroupLassoOptions o;
    CHECK(all({o.strength, int(o.groups), o.scale_by_size}) ==
          all({1e-4, int(Groups::rows), true}));
  }
  {
    const MonitorOptions o;
    CHECK(all({o.every}) == all({32}));
  }
  {
    const GradientNoiseScaleOptions o;
    CHECK(all({o.small_batch, o.big_batch, o.decay}) == all({0, 0, 0.99}));
  }
  {
    const NonFiniteOptions o;
    CHECK(all({int(o.policy), o.most_skips}) == all({int(NonFinite::refuse), 10}));
  }
  {
    const OrthogonalPenaltyOptions o;
    CHECK(all({o.strength, int(o.groups)}) == all({1e-4, int(Groups::columns)}));
  }
  {
    const PerExampleOptions o;
    CHECK(all({o.max_norm, o.noise_multiplier}) == all({1.0, 0.0}));
  }
  {
    const SuggestThresholdOptions o;
    CHECK(all({o.factor, o.least, o.tolerance}) == all({1.5, 100, 1.25}));
  }
}

TEST_CASE("the defaults of the options in init") {
  {
    const DeltaOrthogonalOptions o;
    CHECK(all({o.gain}) == all({1.0}));
  }
  {
    const DiracOptions o;
    CHECK(all({o.groups}) == all({1}));
  }
  {
    const HeOptions o;
    CHECK(all({o.gain, int(o.fan)}) == all({gains::relu, int(Fan::in)}));
  }
  {
    const LecunOptions o;
    CHECK(all({o.gain}) == all({gains::linear}));
  }
  {
    const LsuvOptions o;
    CHECK(all({o.tolerance, o.rounds}) == all({0.1, 10}));
  }
  {
    const OrthogonalOptions o;
    CHECK(all({o.gain}) == all({1.0}));
  }
  {
    const SparseOptions o;
    CHECK(all({o.sparsity, o.std}) == all({1.0, 0.01}));
  }
  {
    const TruncatedNormalOptions o;
    CHECK(all({o.mean, o.std, o.low, o.high, int(o.std_of)}) ==
          all({0.0, 1.0, -2.0, 2.0, int(StdOf::result)}));
  }
  {
    const VarianceScalingOptions o;
    CHECK(all({o.scale, int(o.fan), int(o.distribution)}) ==
          all({1.0, int(Fan::in), int(Distribution::truncated_normal)}));
  }
  {
    const XavierOptions o;
    CHECK(all({o.gain}) == all({gains::linear}));
  }
}

TEST_CASE("the defaults of the options in layers") {
  {
    const AlphaDropoutOptions o;
    CHECK(all({o.rate}) == all({0.5}));
  }
  {
    const BatchNormOptions o;
    CHECK(all({o.momentum, o.cumulative, o.epsilon, o.keep}) == all({0.1, false, 1e-5, true}));
  }
  {
    const ChannelDropoutOptions o;
    CHECK(all({o.rate, o.channel_axis, o.sample_axis}) ==
          all({0.5, NoAxis::automatic, NoAxis::automatic}));
  }
  {
    const DropPathOptions o;
    CHECK(all({o.rate, o.sample_axis}) == all({0.5, NoAxis::automatic}));
  }
  {
    const DropoutOptions o;
    CHECK(all({o.rate}) == all({0.5}));
  }
  {
    const GaussianDropoutOptions o;
    CHECK(all({o.rate}) == all({0.5}));
  }
  {
    const GroupNormOptions o;
    CHECK(all({o.groups, o.epsilon}) == all({1, 1e-5}));
  }
  {
    const InstanceNormOptions o;
    CHECK(all({o.epsilon, o.track, o.momentum, o.cumulative}) == all({1e-5, false, 0.1, false}));
  }
  {
    const LayerNormOptions o;
    CHECK(all({o.epsilon}) == all({1e-5}));
  }
  {
    const RmsNormOptions o;
    CHECK(all({o.epsilon}) == all({1e-6}));
  }
}

TEST_CASE("the defaults of the options in optim") {
  {
    const AdaBeliefOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, o.rectify}) ==
          all({1e-3, 0.9, 0.999, 1e-16, 0.0, false}));
  }
  {
    const AdaDeltaOptions o;
    CHECK(all({o.learning_rate, o.rho, o.epsilon, o.weight_decay}) == all({1.0, 0.9, 1e-6, 0.0}));
  }
  {
    const AdafactorOptions o;
    CHECK(all({o.learning_rate, o.beta2_decay, o.epsilon1, o.epsilon2, o.clip, o.weight_decay,
               o.relative_step, o.scale_parameter, o.paper_epsilon}) ==
          all({1e-2, -0.8, 0.0, 1e-3, 1.0, 0.0, true, true, false}));
  }
  {
    const AdaGradOptions o;
    CHECK(all({o.learning_rate, o.learning_rate_decay, o.weight_decay, o.initial_accumulator_value,
               o.epsilon, o.epsilon_inside_root}) == all({1e-2, 0.0, 0.0, 0.0, 1e-10, false}));
  }
  {
    const AdamOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, o.epsilon_hat,
               o.bias_correction}) == all({1e-3, 0.9, 0.999, 1e-8, 0.0, false, true}));
  }
  {
    const AdaMaxOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay,
               o.epsilon_at_divisor}) == all({2e-3, 0.9, 0.999, 1e-8, 0.0, false}));
  }
  {
    const AdamWOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, o.epsilon_hat,
               o.bias_correction}) == all({1e-3, 0.9, 0.999, 1e-8, 1e-2, false, true}));
  }
  {
    const AdanOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.beta3, o.epsilon, o.weight_decay, o.no_prox}) ==
          all({1e-3, 0.98, 0.92, 0.99, 1e-8, 0.0, false}));
  }
  {
    const EmaOptions o;
    CHECK(all({o.decay, int(o.start), int(o.warmup), o.inverse_gamma, o.power}) ==
          all({0.999, int(EmaStart::first_update), int(EmaWarmup::none), 1.0, 2.0 / 3.0}));
  }
  {
    const AverageOptions o;
    CHECK(all({o.start, o.every}) == all({0, 1}));
  }
  {
    const LambOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, o.least_weight,
               o.most_weight, o.most_ratio, o.only_decayed}) ==
          all({1e-3, 0.9, 0.999, 1e-6, 1e-2, 0.0, ranges::infinity, ranges::infinity, false}));
  }
  {
    const LarsOptions o;
    CHECK(all({o.learning_rate, o.momentum, o.dampening, o.nesterov, o.weight_decay,
               o.trust_coefficient, o.epsilon, o.most_ratio, o.only_decayed}) ==
          all({1.0, 0.9, 0.0, false, 0.0, 1e-3, 1e-8, ranges::infinity, false}));
  }
  {
    const LionOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.weight_decay}) == all({1e-4, 0.9, 0.99, 0.0}));
  }
  {
    const LookaheadOptions o;
    CHECK(all({o.period, o.alpha}) == all({6, 0.5}));
  }
  {
    const MuonOptions o;
    CHECK(all({o.learning_rate, o.momentum, o.nesterov, o.weight_decay, int(o.scale)}) ==
          all({1e-3, 0.95, true, 0.1, int(MuonScale::shape)}));
  }
  {
    const NAdamOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, o.momentum_decay}) ==
          all({2e-3, 0.9, 0.999, 1e-8, 0.0, 4e-3}));
  }
  {
    const RAdamOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, o.epsilon_hat}) ==
          all({1e-3, 0.9, 0.999, 1e-8, 0.0, true}));
  }
  {
    const RmsPropOptions o;
    CHECK(all({o.learning_rate, o.alpha, o.epsilon, o.weight_decay, o.momentum, o.centered,
               o.epsilon_inside_root}) == all({1e-2, 0.99, 1e-8, 0.0, 0.0, false, false}));
  }
  {
    const RpropOptions o;
    CHECK(all({o.learning_rate, o.eta_minus, o.eta_plus, o.min_step, o.max_step}) ==
          all({1e-2, 0.5, 1.2, 1e-6, 50.0}));
  }
  {
    const ScheduleFreeAdamWOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, o.warmup_steps, o.r,
               o.weight_lr_power}) == all({2.5e-3, 0.9, 0.999, 1e-8, 0.0, 0, 0.0, 2.0}));
  }
  {
    const ScheduleFreeSgdOptions o;
    CHECK(all({o.learning_rate, o.momentum, o.weight_decay, o.warmup_steps, o.r,
               o.weight_lr_power}) == all({1.0, 0.9, 0.0, 0, 0.0, 2.0}));
  }
  {
    const SgdOptions o;
    CHECK(all({o.learning_rate, o.momentum, o.dampening, o.nesterov, o.weight_decay}) ==
          all({1e-3, 0.0, 0.0, false, 0.0}));
  }
  {
    const SignumOptions o;
    CHECK(all({o.learning_rate, o.momentum, o.weight_decay}) == all({1e-2, 0.9, 0.0}));
  }
  {
    const YogiOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.epsilon, o.initial, o.bias_correction,
               o.weight_decay}) == all({1e-2, 0.9, 0.999, 1e-3, 1e-6, true, 0.0}));
  }
  {
    const detail::MuonWithAdamWRow o;  // by name
    CHECK(all({o.learning_rate, o.weight_decay, o.momentum, o.beta1, o.beta2, o.epsilon,
               o.nesterov}) == all({1e-3, 0.1, 0.95, 0.9, 0.999, 1e-8, true}));
  }
}

TEST_CASE("the defaults of the options in schedule") {
  {
    const BatchSizeByNoiseOptions o;
    CHECK(all({o.smallest, o.largest, o.multiple, int(o.sizes), o.share, o.margin, o.may_shrink}) ==
          all({1, 0, 1, int(BatchSizes::doubled), 1.0, 2.0, false}));
  }
  {
    const RepeatOptions o;
    CHECK(all({o.schedule, o.period, o.times}) == all({1e-3, 0, 0}));
  }
  {
    const CosineDecayOptions o;
    CHECK(all({o.initial, o.final, o.steps}) == all({1e-3, 0.0, 0}));
  }
  {
    const CyclicOptions o;
    CHECK(all({o.base, o.peak, o.rise, o.fall, int(o.shape), o.factor}) ==
          all({1e-4, 1e-2, 2000, 0, int(CyclicShape::triangular), 1.0}));
  }
  {
    const DescendWithDecayOptions o;
    CHECK(all({o.learning_rate, o.weight_decay, o.proximal}) == all({1e-3, 0.0, true}));
  }
  {
    const ExponentialDecayOptions o;
    CHECK(all({o.initial, o.factor, o.period, o.staircase}) == all({1e-3, 0.0, 1, false}));
  }
  {
    const GrowingBatchSizeOptions o;
    CHECK(all({o.initial, o.factor, o.every, o.largest}) == all({32, 2, 0, 0}));
  }
  {
    const InverseSquareRootOptions o;
    CHECK(all({o.peak, o.warmup, o.start, o.timescale}) == all({1e-3, 0, 0.0, 0}));
  }
  {
    const NoamOptions o;
    CHECK(all({o.model_size, o.warmup, o.scale}) == all({512, 4000, 1.0}));
  }
  {
    const InverseTimeDecayOptions o;
    CHECK(all({o.initial, o.factor, o.period, o.staircase}) == all({1e-3, 1.0, 1, false}));
  }
  {
    const LinearDecayOptions o;
    CHECK(all({o.initial, o.final, o.steps}) == all({1e-3, 0.0, 0}));
  }
  {
    const MultiStepDecayOptions o;
    CHECK(all({o.initial, o.factor}) == all({1e-3, 0.1}));
  }
  {
    const OneCycleOptions o;
    CHECK(all({o.peak, o.steps, o.rise, o.start_divisor, o.final_divisor, int(o.shape),
               o.three_phases, o.lowest_momentum, o.highest_momentum}) ==
          all({1e-2, 0, 0.3, 25.0, 1e4, int(OneCycleShape::cosine), false, 0.85, 0.95}));
  }
  {
    const PlateauOptions o;
    CHECK(all({o.initial, o.factor, o.patience, o.threshold, int(o.kind), int(o.mode), o.cooldown,
               o.lowest, o.epsilon}) == all({1e-3, 0.1, 10, 1e-4, int(PlateauThreshold::relative),
                                             int(PlateauMode::min), 0, 0.0, 1e-8}));
  }
  {
    const PolynomialDecayOptions o;
    CHECK(all({o.initial, o.final, o.steps, o.power}) == all({1e-3, 0.0, 0, 1.0}));
  }
  {
    const ProdigyOptions o;
    CHECK(all({o.learning_rate, o.beta1, o.beta2, o.beta3, o.epsilon, o.weight_decay, o.d0,
               o.d_coef, o.growth_rate, o.bias_correction, o.safeguard_warmup}) ==
          all({1.0, 0.9, 0.999, -1.0, 1e-8, 0.0, 1e-6, 1.0, ranges::infinity, false, false}));
  }
  {
    const RangeTestOptions o;
    CHECK(all({o.lowest, o.highest, o.steps, int(o.growth), o.smoothing, o.divergence}) ==
          all({1e-7, 10.0, 100, int(RangeTestGrowth::exponential), 0.98, 4.0}));
  }
  {
    const CosineRestartsOptions o;
    CHECK(all({o.initial, o.final, o.period, o.multiplier, o.factor, o.cycles}) ==
          all({1e-3, 0.0, 0, 1, 1.0, 0}));
  }
  {
    const ScheduleFreeOptions o;
    CHECK(all({o.learning_rate, o.momentum, o.warmup_steps, o.r, o.weight_lr_power}) ==
          all({2.5e-3, 0.9, 0, 0.0, 2.0}));
  }
  {
    const StepDecayOptions o;
    CHECK(all({o.initial, o.factor, o.period}) == all({1e-3, 0.1, 0}));
  }
  {
    const WarmupOptions o;
    CHECK(all({o.steps, o.start, o.then, int(o.shape)}) ==
          all({0, 0.0, 1e-3, int(WarmupShape::linear)}));
  }
  {
    const WarmupStableDecayOptions o;
    CHECK(all({o.peak, o.warmup, o.stable, o.decay, o.start, o.final, int(o.shape)}) ==
          all({1e-3, 0, 0, 0, 0.0, 0.0, int(StableDecayShape::linear)}));
  }
}

TEST_CASE("what is made with options shows them") {
  CHECK(adabelief_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(adadelta_direction({.rho = 0.5}).options().rho == 0.5);
  CHECK(adafactor_direction({.clip = 2.0}).options().clip == 2.0);
  CHECK(adagrad_direction({.epsilon = 0.5}).options().epsilon == 0.5);
  CHECK(adam_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(adam_root_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(adamax_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(adan_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(amsgrad_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(corrected_rms_direction({.beta = 0.5}).options().beta == 0.5);
  CHECK(lion_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(momentum({.momentum = 0.5}).options().momentum == 0.5);
  CHECK(muon_direction({.momentum = 0.5}).options().momentum == 0.5);
  CHECK(nadam_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(radam_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(rms_direction({.alpha = 0.5}).options().alpha == 0.5);
  CHECK(rprop_direction({.initial_step = 0.5}).options().initial_step == 0.5);
  CHECK(sign_direction({.momentum = 0.5}).options().momentum == 0.5);
  CHECK(trust_ratio({.coefficient = 0.5}).options().coefficient == 0.5);
  CHECK(yogi_direction({.beta1 = 0.5}).options().beta1 == 0.5);
  CHECK(add_noise(Generator(1), {.eta = 0.5}).options().eta == 0.5);
  CHECK(clip_adaptive({.clipping = 0.5}).options().clipping == 0.5);
  CHECK(clip_by_global_norm(1.0, {.order = 1.0}).options().order == 1.0);
  CHECK(add_elastic_net({.l1_ratio = 0.25}).options().l1_ratio == 0.25);

  CHECK(Monitor<float>({.every = 2}).options().every == 2);
  CHECK(descend_with_decay({.weight_decay = 0.5}).options().weight_decay == 0.5);
  CHECK(ReduceOnPlateau({.patience = 2}).options().patience == 2);
  CHECK(prodigy_descent({.d_coef = 2.0}).options().d_coef == 2.0);
  CHECK(schedule_free({.r = 2.0}).options().r == 2.0);
  CHECK(lookahead({.period = 2}).options().period == 2);
  CHECK(ema_parameters({.decay = 0.5}).options().decay == 0.5);
  CHECK(average_parameters({.every = 2}).options().every == 2);
}

TEST_CASE("what has seen nothing begins at nothing") {
  const PlateauState o;
  CHECK(all({o.rate, o.best, o.metrics, o.bad, o.cooldown, o.cuts}) == all({0, 0, 0, 0, 0, 0}));
}
