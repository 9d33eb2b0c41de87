// SPDX-License-Identifier: MIT
// Compiled twice: into the benchmark, and with OpenMP and EIGENTRAIN_BENCH_THREADS into a shared
// library of its own with hidden symbols, for the reason given in eigentrain_stepper.cpp.
#include <Eigen/Core>
#include <string>
#include <utility>

#include "eigentrain/optim/adagrad.hpp"
#include "eigentrain/optim/adam.hpp"
#include "eigentrain/optim/adamw.hpp"
#include "eigentrain/optim/amsgrad.hpp"
#include "eigentrain/optim/lamb.hpp"
#include "eigentrain/optim/lars.hpp"
#include "eigentrain/optim/lion.hpp"
#include "eigentrain/optim/rms_prop.hpp"
#include "eigentrain/optim/sgd.hpp"
#include "rule_stepper.hpp"

#ifdef EIGENTRAIN_BENCH_THREADS
#define MAKE_EIGENTRAIN_RULE make_eigentrain_rule_threads
#define EXPORTED __attribute__((visibility("default")))
#else
#define MAKE_EIGENTRAIN_RULE make_eigentrain_rule
#define EXPORTED
#endif

namespace bench {
namespace {

namespace et = eigentrain;

template <class Optimizer>
class RuleStepper : public Stepper {
 public:
  RuleStepper(Optimizer optimizer, const std::vector<Tensor>& tensors)
      : optimizer_(std::move(optimizer)) {
    for (const Tensor& t : tensors) {
      const auto size = static_cast<Eigen::Index>(t.size);
      parameters_.add("tensor" + std::to_string(parameters_.size()),
                      Eigen::Map<Eigen::VectorXf>(t.p, size),
                      Eigen::Map<const Eigen::VectorXf>(t.g, size));
    }
  }
  void step() override { optimizer_.step(parameters_); }

 private:
  et::Parameters<float> parameters_;
  Optimizer optimizer_;
};

template <class Optimizer>
std::unique_ptr<Stepper> with(Optimizer optimizer, const std::vector<Tensor>& tensors) {
  return std::make_unique<RuleStepper<Optimizer>>(std::move(optimizer), tensors);
}

}  // namespace

EXPORTED std::unique_ptr<Stepper> MAKE_EIGENTRAIN_RULE(Rule rule, const RuleSettings& s,
                                                       const std::vector<Tensor>& tensors) {
  const et::AdamOptions adam = {
      .learning_rate = s.learning_rate, .beta1 = s.beta1, .beta2 = s.beta2, .epsilon = s.epsilon};
  switch (rule) {
    case Rule::sgd:
      return with(et::Sgd<float>({.learning_rate = s.learning_rate}), tensors);
    case Rule::momentum:
      return with(et::Sgd<float>({.learning_rate = s.learning_rate, .momentum = s.momentum}),
                  tensors);
    case Rule::rms_prop:
      return with(et::RmsProp<float>(
                      {.learning_rate = s.learning_rate, .alpha = s.alpha, .epsilon = s.epsilon}),
                  tensors);
    case Rule::adam:
      return with(et::Adam<float>(adam), tensors);
    case Rule::adamw:
      return with(et::AdamW<float>({.learning_rate = s.learning_rate,
                                    .beta1 = s.beta1,
                                    .beta2 = s.beta2,
                                    .epsilon = s.epsilon,
                                    .weight_decay = s.weight_decay}),
                  tensors);
    case Rule::amsgrad:
      return with(et::AmsGrad<float>(adam), tensors);
    case Rule::adagrad:
      return with(et::AdaGrad<float>({.learning_rate = s.learning_rate, .epsilon = s.epsilon}),
                  tensors);
    case Rule::lion:
      return with(et::Lion<float>({.learning_rate = s.learning_rate,
                                   .beta1 = s.beta1,
                                   .beta2 = s.lion_beta2,
                                   .weight_decay = s.weight_decay}),
                  tensors);
    case Rule::lars:
      return with(et::Lars<float>({.learning_rate = s.learning_rate,
                                   .momentum = s.momentum,
                                   .weight_decay = s.weight_decay,
                                   .trust_coefficient = s.trust,
                                   .epsilon = 0.0}),
                  tensors);
    case Rule::lamb:
      return with(et::Lamb<float>({.learning_rate = s.learning_rate,
                                   .beta1 = s.beta1,
                                   .beta2 = s.beta2,
                                   .epsilon = s.epsilon,
                                   .weight_decay = s.weight_decay}),
                  tensors);
  }
  return nullptr;
}

#ifdef EIGENTRAIN_BENCH_THREADS
EXPORTED void set_eigentrain_threads(int count) {
  Eigen::setNbThreads(count);
}
#endif

}  // namespace bench
