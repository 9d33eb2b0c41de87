// SPDX-License-Identifier: MIT
// LibTorch's optimizers as rivals, on one thread. Compiled as C++17, the language of its headers.
#include "rule_stepper.hpp"
#include "torch_tensors.hpp"

namespace bench {
namespace {

template <class Optimizer>
class TorchRuleStepper : public Stepper {
 public:
  template <class Options>
  TorchRuleStepper(const Options& options, const std::vector<Tensor>& tensors)
      : tensors_(tensors), optimizer_(tensors_.parameters(), options) {}

  void step() override { optimizer_.step(); }

  void finish() override { tensors_.return_parameters(); }

 private:
  TorchTensors<Tensor> tensors_;
  Optimizer optimizer_;
};

template <class Optimizer, class Options>
std::unique_ptr<Stepper> with(const Options& options, const std::vector<Tensor>& tensors) {
  return std::make_unique<TorchRuleStepper<Optimizer>>(options, tensors);
}

}  // namespace

std::unique_ptr<Stepper> make_torch_rule(Rule rule, const RuleSettings& s,
                                         const std::vector<Tensor>& tensors) {
  namespace optim = torch::optim;
  const double rate = s.learning_rate;
  const auto betas = std::make_tuple(s.beta1, s.beta2);
  switch (rule) {
    case Rule::sgd:
      return with<optim::SGD>(optim::SGDOptions(rate), tensors);
    case Rule::momentum:
      return with<optim::SGD>(optim::SGDOptions(rate).momentum(s.momentum), tensors);
    case Rule::rms_prop:
      return with<optim::RMSprop>(optim::RMSpropOptions(rate).alpha(s.alpha).eps(s.epsilon),
                                  tensors);
    case Rule::adam:
      return with<optim::Adam>(optim::AdamOptions(rate).betas(betas).eps(s.epsilon), tensors);
    case Rule::adamw:
      return with<optim::AdamW>(
          optim::AdamWOptions(rate).betas(betas).eps(s.epsilon).weight_decay(s.weight_decay),
          tensors);
    case Rule::amsgrad:
      return with<optim::Adam>(optim::AdamOptions(rate).betas(betas).eps(s.epsilon).amsgrad(true),
                               tensors);
    case Rule::adagrad:
      return with<optim::Adagrad>(optim::AdagradOptions(rate).eps(s.epsilon), tensors);
    case Rule::lion:
    case Rule::lars:
    case Rule::lamb:
      break;
  }
  return nullptr;
}

}  // namespace bench
