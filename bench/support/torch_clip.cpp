// SPDX-License-Identifier: MIT
// Compiled as C++17, the language of LibTorch's headers.
#include "torch_clip.hpp"

#include <torch/torch.h>

namespace bench {
namespace {

class Clipper : public TorchClipper {
 public:
  explicit Clipper(const std::vector<Tensor>& tensors) : memory_(tensors) {
    at::set_num_threads(1);
    for (const Tensor& t : tensors) {
      const auto size = static_cast<std::int64_t>(t.size);
      torch::Tensor p = torch::from_blob(t.p, {size}).set_requires_grad(true);
      p.mutable_grad() = torch::from_blob(t.g, {size}).clone();
      tensors_.push_back(p);
    }
  }

  double clip(double max_norm) override {
    return torch::nn::utils::clip_grad_norm_(tensors_, max_norm);
  }

  double norm() override {
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> norms;
    norms.reserve(tensors_.size());
    for (const torch::Tensor& tensor : tensors_) norms.push_back(tensor.grad().norm(2.0));
    return torch::stack(norms).norm(2.0).item().toDouble();
  }

  void finish() override {
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      const torch::Tensor& gradient = tensors_[i].grad();
      const float* values = gradient.data_ptr<float>();
      std::copy(values, values + memory_[i].size, memory_[i].g);
    }
  }

 private:
  std::vector<Tensor> memory_;
  std::vector<torch::Tensor> tensors_;
};

}  // namespace

std::unique_ptr<TorchClipper> make_torch_clipper(const std::vector<Tensor>& tensors) {
  return std::make_unique<Clipper>(tensors);
}

}  // namespace bench
