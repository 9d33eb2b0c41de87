// SPDX-License-Identifier: MIT
// LibTorch's optimizers as rivals, on one thread. Compiled as C++17, the language of its headers.
#include "stepper.hpp"
#include "torch_tensors.hpp"

namespace bench {
namespace {

template <class Optimizer>
class TorchStepper : public Stepper {
 public:
  template <class Options>
  TorchStepper(const Options& options, const AdamSettings& settings,
               const std::vector<Tensor>& tensors)
      : settings_(settings), tensors_(tensors), optimizer_(tensors_.parameters(), options) {}

  void step() override {
    if (settings_.clips())
      torch::nn::utils::clip_grad_norm_(tensors_.parameters(), settings_.max_norm);
    optimizer_.step();
  }

  void finish() override { tensors_.return_parameters(); }

 private:
  AdamSettings settings_;
  TorchTensors<Tensor> tensors_;
  Optimizer optimizer_;
};

}  // namespace

std::unique_ptr<Stepper> make_torch(Algorithm algorithm, const AdamSettings& s,
                                    const std::vector<Tensor>& tensors) {
  if (algorithm == Algorithm::adam) {
    const auto options = torch::optim::AdamOptions(s.learning_rate)
                             .betas(std::make_tuple(s.beta1, s.beta2))
                             .eps(s.epsilon);
    return std::make_unique<TorchStepper<torch::optim::Adam>>(options, s, tensors);
  }
  const auto options = torch::optim::AdamWOptions(s.learning_rate)
                           .betas(std::make_tuple(s.beta1, s.beta2))
                           .eps(s.epsilon)
                           .weight_decay(s.weight_decay);
  return std::make_unique<TorchStepper<torch::optim::AdamW>>(options, s, tensors);
}

}  // namespace bench
