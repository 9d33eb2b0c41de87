// SPDX-License-Identifier: MIT
// All named optimizers with the names of their options, written down once.
#pragma once

#include <string_view>

#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"

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
  using O = SgdOptions;
  table.template add<Sgd<S>, O>("sgd", option("learning_rate", &O::learning_rate), option("momentum", &O::momentum), option("dampening", &O::dampening), option("nesterov", &O::nesterov), option("weight_decay", &O::weight_decay));
  using R = RmsPropOptions;
  table.template add<RmsProp<S>, R>("rms_prop", option("learning_rate", &R::learning_rate), option("alpha", &R::alpha), option("epsilon", &R::epsilon), option("weight_decay", &R::weight_decay), option("momentum", &R::momentum), option("centered", &R::centered));
  adam.template operator()<Adam<S>, AdamOptions>("adam");
  adam.template operator()<AmsGrad<S>, AdamOptions>("amsgrad");
  adam.template operator()<AdamW<S>, AdamWOptions>("adamw");
  adam.template operator()<AmsGradW<S>, AdamWOptions>("amsgradw");
  // clang-format on
}

}  // namespace eigentrain::detail
