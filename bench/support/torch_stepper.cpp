// SPDX-License-Identifier: MIT
// LibTorch's optimizers as rivals, on one thread. Compiled as C++17, the language of its headers.
#include <torch/torch.h>

#include "stepper.hpp"

namespace bench {
namespace {

template <class Optimizer>
class TorchStepper : public Stepper {
 public:
  template <class Options>
  TorchStepper(const Options& options, const AdamSettings& settings,
               const std::vector<Tensor>& tensors)
      : settings_(settings),
        memory_(tensors),
        tensors_(copies(tensors)),
        optimizer_(tensors_, options) {}

  void step() override {
    if (settings_.clips()) torch::nn::utils::clip_grad_norm_(tensors_, settings_.max_norm);
    optimizer_.step();
  }

  void finish() override {
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      const float* values = tensors_[i].data_ptr<float>();
      std::copy(values, values + memory_[i].size, memory_[i].p);
    }
  }

 private:
  static std::vector<torch::Tensor> copies(const std::vector<Tensor>& tensors) {
    at::set_num_threads(1);
    std::vector<torch::Tensor> result;
    for (const Tensor& t : tensors) {
      const auto size = static_cast<std::int64_t>(t.size);
      torch::Tensor p = torch::from_blob(t.p, {size}).clone().set_requires_grad(true);
      p.mutable_grad() = torch::from_blob(t.g, {size}).clone();
      result.push_back(p);
    }
    return result;
  }

  AdamSettings settings_;
  std::vector<Tensor> memory_;
  std::vector<torch::Tensor> tensors_;
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
