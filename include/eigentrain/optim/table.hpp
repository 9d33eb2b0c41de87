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
template <class Options, class T>
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
    table.template add<Optimizer, O>(name, option("learning_rate", &O::learning_rate),
                                     option("beta1", &O::beta1), option("beta2", &O::beta2),
                                     option("epsilon", &O::epsilon),
                                     option("weight_decay", &O::weight_decay), more...);
  };
  // clang-format off
  table.template add<Sgd<S>, SgdOptions>("sgd", option("learning_rate", &SgdOptions::learning_rate), option("momentum", &SgdOptions::momentum), option("dampening", &SgdOptions::dampening), option("nesterov", &SgdOptions::nesterov), option("weight_decay", &SgdOptions::weight_decay));
  table.template add<Signum<S>, SignumOptions>("signum", option("learning_rate", &SignumOptions::learning_rate), option("momentum", &SignumOptions::momentum), option("weight_decay", &SignumOptions::weight_decay));
  table.template add<RmsProp<S>, RmsPropOptions>("rms_prop", option("learning_rate", &RmsPropOptions::learning_rate), option("alpha", &RmsPropOptions::alpha), option("epsilon", &RmsPropOptions::epsilon), option("weight_decay", &RmsPropOptions::weight_decay), option("momentum", &RmsPropOptions::momentum), option("centered", &RmsPropOptions::centered), option("epsilon_inside_root", &RmsPropOptions::epsilon_inside_root));
  table.template add<AdaGrad<S>, AdaGradOptions>("adagrad", option("learning_rate", &AdaGradOptions::learning_rate), option("learning_rate_decay", &AdaGradOptions::learning_rate_decay), option("weight_decay", &AdaGradOptions::weight_decay), option("initial_accumulator_value", &AdaGradOptions::initial_accumulator_value), option("epsilon", &AdaGradOptions::epsilon), option("epsilon_inside_root", &AdaGradOptions::epsilon_inside_root));
  table.template add<AdaDelta<S>, AdaDeltaOptions>("adadelta", option("learning_rate", &AdaDeltaOptions::learning_rate), option("rho", &AdaDeltaOptions::rho), option("epsilon", &AdaDeltaOptions::epsilon), option("weight_decay", &AdaDeltaOptions::weight_decay));
  table.template add<Rprop<S>, RpropOptions>("rprop", option("learning_rate", &RpropOptions::learning_rate), option("eta_minus", &RpropOptions::eta_minus), option("eta_plus", &RpropOptions::eta_plus), option("min_step", &RpropOptions::min_step), option("max_step", &RpropOptions::max_step));
  adam.template operator()<Adam<S>, AdamOptions>("adam", option("epsilon_hat", &AdamOptions::epsilon_hat), option("bias_correction", &AdamOptions::bias_correction));
  adam.template operator()<AmsGrad<S>, AdamOptions>("amsgrad", option("epsilon_hat", &AdamOptions::epsilon_hat), option("bias_correction", &AdamOptions::bias_correction));
  adam.template operator()<AdamW<S>, AdamWOptions>("adamw", option("epsilon_hat", &AdamWOptions::epsilon_hat), option("bias_correction", &AdamWOptions::bias_correction));
  adam.template operator()<AmsGradW<S>, AdamWOptions>("amsgradw", option("epsilon_hat", &AdamWOptions::epsilon_hat), option("bias_correction", &AdamWOptions::bias_correction));
  adam.template operator()<AdaMax<S>, AdaMaxOptions>("adamax", option("epsilon_at_divisor", &AdaMaxOptions::epsilon_at_divisor));
  adam.template operator()<NAdam<S>, NAdamOptions>("nadam", option("momentum_decay", &NAdamOptions::momentum_decay));
  adam.template operator()<RAdam<S>, RAdamOptions>("radam", option("epsilon_hat", &RAdamOptions::epsilon_hat));
  adam.template operator()<AdaBelief<S>, AdaBeliefOptions>("adabelief", option("rectify", &AdaBeliefOptions::rectify));
  adam.template operator()<Yogi<S>, YogiOptions>("yogi", option("initial", &YogiOptions::initial), option("bias_correction", &YogiOptions::bias_correction));
  adam.template operator()<Adan<S>, AdanOptions>("adan", option("beta3", &AdanOptions::beta3), option("no_prox", &AdanOptions::no_prox));
  table.template add<Lion<S>, LionOptions>("lion", option("learning_rate", &LionOptions::learning_rate), option("beta1", &LionOptions::beta1), option("beta2", &LionOptions::beta2), option("weight_decay", &LionOptions::weight_decay));
  adam.template operator()<Lamb<S>, LambOptions>("lamb", option("least_weight", &LambOptions::least_weight), option("most_weight", &LambOptions::most_weight), option("most_ratio", &LambOptions::most_ratio), option("only_decayed", &LambOptions::only_decayed));
  table.template add<Lars<S>, LarsOptions>("lars", option("learning_rate", &LarsOptions::learning_rate), option("momentum", &LarsOptions::momentum), option("dampening", &LarsOptions::dampening), option("nesterov", &LarsOptions::nesterov), option("weight_decay", &LarsOptions::weight_decay), option("trust_coefficient", &LarsOptions::trust_coefficient), option("epsilon", &LarsOptions::epsilon), option("most_ratio", &LarsOptions::most_ratio), option("only_decayed", &LarsOptions::only_decayed));
  table.template add<Adafactor<S>, AdafactorOptions>("adafactor", option("learning_rate", &AdafactorOptions::learning_rate), option("beta2_decay", &AdafactorOptions::beta2_decay), option("epsilon1", &AdafactorOptions::epsilon1), option("epsilon2", &AdafactorOptions::epsilon2), option("clip", &AdafactorOptions::clip), option("weight_decay", &AdafactorOptions::weight_decay), option("relative_step", &AdafactorOptions::relative_step), option("scale_parameter", &AdafactorOptions::scale_parameter), option("paper_epsilon", &AdafactorOptions::paper_epsilon));
  adam.template operator()<MuonWithAdamWByName<S>, MuonWithAdamWRow>("muon_with_adamw", option("momentum", &MuonWithAdamWRow::momentum), option("nesterov", &MuonWithAdamWRow::nesterov));
  table.template add<ScheduleFreeSgd<S>, ScheduleFreeSgdOptions>("schedule_free_sgd", option("learning_rate", &ScheduleFreeSgdOptions::learning_rate), option("momentum", &ScheduleFreeSgdOptions::momentum), option("weight_decay", &ScheduleFreeSgdOptions::weight_decay), option("warmup_steps", &ScheduleFreeSgdOptions::warmup_steps), option("r", &ScheduleFreeSgdOptions::r), option("weight_lr_power", &ScheduleFreeSgdOptions::weight_lr_power));
  adam.template operator()<ScheduleFreeAdamW<S>, ScheduleFreeAdamWOptions>("schedule_free_adamw", option("warmup_steps", &ScheduleFreeAdamWOptions::warmup_steps), option("r", &ScheduleFreeAdamWOptions::r), option("weight_lr_power", &ScheduleFreeAdamWOptions::weight_lr_power));
  adam.template operator()<Prodigy<S>, ProdigyOptions>("prodigy", option("beta3", &ProdigyOptions::beta3), option("d0", &ProdigyOptions::d0), option("d_coef", &ProdigyOptions::d_coef), option("growth_rate", &ProdigyOptions::growth_rate), option("bias_correction", &ProdigyOptions::bias_correction), option("safeguard_warmup", &ProdigyOptions::safeguard_warmup));
  // clang-format on
}

}  // namespace eigentrain::detail
