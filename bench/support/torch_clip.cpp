// SPDX-License-Identifier: MIT
// Compiled as C++17, the language of LibTorch's headers.
#include "torch_clip.hpp"

#include "torch_tensors.hpp"

namespace bench {
namespace {

class Clipper : public TorchClipper {
 public:
  explicit Clipper(const std::vector<Tensor>& tensors) : tensors_(tensors) {}

  double clip(double max_norm) override {
    return torch::nn::utils::clip_grad_norm_(tensors_.parameters(), max_norm);
  }

  double norm() override {
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> norms;
    norms.reserve(tensors_.parameters().size());
    for (const torch::Tensor& tensor : tensors_.parameters())
      norms.push_back(tensor.grad().norm(2.0));
    return torch::stack(norms).norm(2.0).item().toDouble();
  }

  void finish() override { tensors_.return_gradients(); }

 private:
  TorchTensors<Tensor> tensors_;
};

}  // namespace

std::unique_ptr<TorchClipper> make_torch_clipper(const std::vector<Tensor>& tensors) {
  return std::make_unique<Clipper>(tensors);
}

}  // namespace bench
