// SPDX-License-Identifier: MIT
// All named optimizers with the names of their options, written down once.
#pragma once

#include <string_view>

#include "eigentrain/optim/adabelief.hpp"
#include "eigentrain/optim/adadelta.hpp"
#include "eigentrain/optim/adafactor.hpp"
#include "eigentrain/optim/adagrad.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamax.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/adan.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/lamb.hpp"
#include "eigentrain/optim/lars.hpp"
#include "eigentrain/optim/lion.hpp"
#include "eigentrain/optim/muon_with_adamw.hpp"
#include "eigentrain/optim/nadam.hpp"
#include "eigentrain/optim/prodigy.hpp"
#include "eigentrain/optim/radam.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/rprop.hpp"
#include "eigentrain/optim/schedule_free_adamw.hpp"
#include "eigentrain/optim/schedule_free_sgd.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "eigentrain/optim/signum.hpp"
#include "eigentrain/optim/yogi.hpp"

namespace eigentrain::detail {

/// An option by its name.
template <class Options, class T>
struct NamedOption {
  std::string_view name;
  T Options::* member;
};
// S only makes it wait: a program that asks for no names compiles none of these.
template <class S, class Options, class T>
constexpr NamedOption<Options, T> option(std::string_view name, T Options::* member) {
  return {name, member};
}

// Muon's options in a row. Both parts have one learning rate, so Muon's updates are scaled to the
// size of AdamW's.
struct MuonWithAdamWRow {
  Schedule learning_rate = 1e-3;
  double weight_decay = 0.1;
  double momentum = 0.95;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  bool nesterov = true;
};
template <class S>
struct MuonWithAdamWByName : MuonWithAdamW<S> {
  explicit MuonWithAdamWByName(const MuonWithAdamWRow& row)
      : MuonWithAdamW<S>({.muon = {.learning_rate = row.learning_rate,
                                   .momentum = row.momentum,
                                   .nesterov = row.nesterov,
                                   .weight_decay = row.weight_decay,
                                   .scale = MuonScale::adamw},
                          .adamw = {.learning_rate = row.learning_rate,
                                    .beta1 = row.beta1,
                                    .beta2 = row.beta2,
                                    .epsilon = row.epsilon,
                                    .weight_decay = row.weight_decay}}) {}
  double learning_rate() const { return this->template part<1>().learning_rate(); }
  void set_learning_rate(const Schedule& rate) {
    this->template part<0>().set_learning_rate(rate);
    this->template part<1>().set_learning_rate(rate);
  }
};

/// Calls table.template add<Optimizer, Options>(name, options...) for every optimizer. A new one is
/// a line here.
template <class S, class Table>
void for_each_optimizer(Table& table) {
  // What Adam and its relatives have in common.
  const auto adam = [&]<class Optimizer, class O>(std::string_view name, const auto&... more) {
    table.template add<Optimizer, O>(name, option<S>("learning_rate", &O::learning_rate),
                                     option<S>("beta1", &O::beta1), option<S>("beta2", &O::beta2),
                                     option<S>("epsilon", &O::epsilon),
                                     option<S>("weight_decay", &O::weight_decay), more...);
  };
  // clang-format off
  table.template add<Sgd<S>, SgdOptions>("sgd", option<S>("learning_rate", &SgdOptions::learning_rate), option<S>("momentum", &SgdOptions::momentum), option<S>("dampening", &SgdOptions::dampening), option<S>("nesterov", &SgdOptions::nesterov), option<S>("weight_decay", &SgdOptions::weight_decay));
  table.template add<Signum<S>, SignumOptions>("signum", option<S>("learning_rate", &SignumOptions::learning_rate), option<S>("momentum", &SignumOptions::momentum), option<S>("weight_decay", &SignumOptions::weight_decay));
  table.template add<RmsProp<S>, RmsPropOptions>("rms_prop", option<S>("learning_rate", &RmsPropOptions::learning_rate), option<S>("alpha", &RmsPropOptions::alpha), option<S>("epsilon", &RmsPropOptions::epsilon), option<S>("weight_decay", &RmsPropOptions::weight_decay), option<S>("momentum", &RmsPropOptions::momentum), option<S>("centered", &RmsPropOptions::centered), option<S>("epsilon_inside_root", &RmsPropOptions::epsilon_inside_root));
  table.template add<AdaGrad<S>, AdaGradOptions>("adagrad", option<S>("learning_rate", &AdaGradOptions::learning_rate), option<S>("learning_rate_decay", &AdaGradOptions::learning_rate_decay), option<S>("weight_decay", &AdaGradOptions::weight_decay), option<S>("initial_accumulator_value", &AdaGradOptions::initial_accumulator_value), option<S>("epsilon", &AdaGradOptions::epsilon), option<S>("epsilon_inside_root", &AdaGradOptions::epsilon_inside_root));
  table.template add<AdaDelta<S>, AdaDeltaOptions>("adadelta", option<S>("learning_rate", &AdaDeltaOptions::learning_rate), option<S>("rho", &AdaDeltaOptions::rho), option<S>("epsilon", &AdaDeltaOptions::epsilon), option<S>("weight_decay", &AdaDeltaOptions::weight_decay));
  table.template add<Rprop<S>, RpropOptions>("rprop", option<S>("learning_rate", &RpropOptions::learning_rate), option<S>("eta_minus", &RpropOptions::eta_minus), option<S>("eta_plus", &RpropOptions::eta_plus), option<S>("min_step", &RpropOptions::min_step), option<S>("max_step", &RpropOptions::max_step));
  adam.template operator()<Adam<S>, AdamOptions>("adam", option<S>("epsilon_hat", &AdamOptions::epsilon_hat), option<S>("bias_correction", &AdamOptions::bias_correction));
  adam.template operator()<AmsGrad<S>, AdamOptions>("amsgrad", option<S>("epsilon_hat", &AdamOptions::epsilon_hat), option<S>("bias_correction", &AdamOptions::bias_correction));
  adam.template operator()<AdamW<S>, AdamWOptions>("adamw", option<S>("epsilon_hat", &AdamWOptions::epsilon_hat), option<S>("bias_correction", &AdamWOptions::bias_correction));
  adam.template operator()<AmsGradW<S>, AdamWOptions>("amsgradw", option<S>("epsilon_hat", &AdamWOptions::epsilon_hat), option<S>("bias_correction", &AdamWOptions::bias_correction));
  adam.template operator()<AdaMax<S>, AdaMaxOptions>("adamax", option<S>("epsilon_at_divisor", &AdaMaxOptions::epsilon_at_divisor));
  adam.template operator()<NAdam<S>, NAdamOptions>("nadam", option<S>("momentum_decay", &NAdamOptions::momentum_decay));
  adam.template operator()<RAdam<S>, RAdamOptions>("radam", option<S>("epsilon_hat", &RAdamOptions::epsilon_hat));
  adam.template operator()<AdaBelief<S>, AdaBeliefOptions>("adabelief", option<S>("rectify", &AdaBeliefOptions::rectify));
  adam.template operator()<Yogi<S>, YogiOptions>("yogi", option<S>("initial", &YogiOptions::initial), option<S>("bias_correction", &YogiOptions::bias_correction));
  adam.template operator()<Adan<S>, AdanOptions>("adan", option<S>("beta3", &AdanOptions::beta3), option<S>("no_prox", &AdanOptions::no_prox));
  table.template add<Lion<S>, LionOptions>("lion", option<S>("learning_rate", &LionOptions::learning_rate), option<S>("beta1", &LionOptions::beta1), option<S>("beta2", &LionOptions::beta2), option<S>("weight_decay", &LionOptions::weight_decay));
  adam.template operator()<Lamb<S>, LambOptions>("lamb", option<S>("least_weight", &LambOptions::least_weight), option<S>("most_weight", &LambOptions::most_weight), option<S>("most_ratio", &LambOptions::most_ratio), option<S>("only_decayed", &LambOptions::only_decayed));
  table.template add<Lars<S>, LarsOptions>("lars", option<S>("learning_rate", &LarsOptions::learning_rate), option<S>("momentum", &LarsOptions::momentum), option<S>("dampening", &LarsOptions::dampening), option<S>("nesterov", &LarsOptions::nesterov), option<S>("weight_decay", &LarsOptions::weight_decay), option<S>("trust_coefficient", &LarsOptions::trust_coefficient), option<S>("epsilon", &LarsOptions::epsilon), option<S>("most_ratio", &LarsOptions::most_ratio), option<S>("only_decayed", &LarsOptions::only_decayed));
  table.template add<Adafactor<S>, AdafactorOptions>("adafactor", option<S>("learning_rate", &AdafactorOptions::learning_rate), option<S>("beta2_decay", &AdafactorOptions::beta2_decay), option<S>("epsilon1", &AdafactorOptions::epsilon1), option<S>("epsilon2", &AdafactorOptions::epsilon2), option<S>("clip", &AdafactorOptions::clip), option<S>("weight_decay", &AdafactorOptions::weight_decay), option<S>("relative_step", &AdafactorOptions::relative_step), option<S>("scale_parameter", &AdafactorOptions::scale_parameter), option<S>("paper_epsilon", &AdafactorOptions::paper_epsilon));
  adam.template operator()<MuonWithAdamWByName<S>, MuonWithAdamWRow>("muon_with_adamw", option<S>("momentum", &MuonWithAdamWRow::momentum), option<S>("nesterov", &MuonWithAdamWRow::nesterov));
  table.template add<ScheduleFreeSgd<S>, ScheduleFreeSgdOptions>("schedule_free_sgd", option<S>("learning_rate", &ScheduleFreeSgdOptions::learning_rate), option<S>("momentum", &ScheduleFreeSgdOptions::momentum), option<S>("weight_decay", &ScheduleFreeSgdOptions::weight_decay), option<S>("warmup_steps", &ScheduleFreeSgdOptions::warmup_steps), option<S>("r", &ScheduleFreeSgdOptions::r), option<S>("weight_lr_power", &ScheduleFreeSgdOptions::weight_lr_power));
  adam.template operator()<ScheduleFreeAdamW<S>, ScheduleFreeAdamWOptions>("schedule_free_adamw", option<S>("warmup_steps", &ScheduleFreeAdamWOptions::warmup_steps), option<S>("r", &ScheduleFreeAdamWOptions::r), option<S>("weight_lr_power", &ScheduleFreeAdamWOptions::weight_lr_power));
  adam.template operator()<Prodigy<S>, ProdigyOptions>("prodigy", option<S>("beta3", &ProdigyOptions::beta3), option<S>("d0", &ProdigyOptions::d0), option<S>("d_coef", &ProdigyOptions::d_coef), option<S>("growth_rate", &ProdigyOptions::growth_rate), option<S>("bias_correction", &ProdigyOptions::bias_correction), option<S>("safeguard_warmup", &ProdigyOptions::safeguard_warmup));
  // clang-format on
}

}  // namespace eigentrain::detail
